// Which registers of the bytecode are in registers of the host, between two labels.

/// The values that host registers hold.
///
/// Every register of the bytecode has a place in memory. What another block may read is written there at once; what only
/// this block reads stays in a host register, and is written when that one is needed for something else.
struct HostRegisters {
    /// Host registers for values; rax, rcx, rdx and r11 are for templates, rbx, rbp and r15 for addresses.
    static let all: [HostRegister] = [.rsi, .rdi, .r8, .r9, .r10, .r12, .r13, .r14]

    private struct Content {
        var register: UInt16
        var isStored: Bool
        var lastUse: Int
    }

    private var contents: [Content?] = Array(repeating: nil, count: all.count)
    /// By register of the bytecode: the place in `all`, or -1.
    private var places: [Int8]
    private var time = 0

    init(registerCount: Int) { places = Array(repeating: -1, count: registerCount) }

    static func place(of register: UInt16) -> HostAddress {
        HostAddress(base: .rbp, displacement: Int32(register) * 8)
    }

    /// Where a value is, if it is in a host register.
    func find(_ register: UInt16) -> HostRegister? {
        let place = places[Int(register)]
        return place < 0 ? nil : Self.all[Int(place)]
    }

    /// The host register of a value, which is loaded if it is in memory.
    mutating func use(_ register: UInt16, _ code: inout HostEncoder) -> HostRegister {
        time += 1
        if places[Int(register)] >= 0 {
            let place = Int(places[Int(register)])
            contents[place]?.lastUse = time
            return Self.all[place]
        }
        let place = take(for: register, isStored: true, &code)
        code.load(Self.all[place], Self.place(of: register))
        return Self.all[place]
    }

    /// A host register for a new value.
    mutating func define(_ register: UInt16, isStored: Bool, _ code: inout HostEncoder) -> HostRegister {
        time += 1
        drop(register)
        return Self.all[take(for: register, isStored: isStored, &code)]
    }

    /// The place of a value that is used no more.
    mutating func drop(_ register: UInt16) {
        let place = places[Int(register)]
        guard place >= 0 else { return }
        contents[Int(place)] = nil
        places[Int(register)] = -1
    }

    /// At a label: what another way brings there is in memory.
    mutating func forget() {
        for place in contents.indices {
            if let content = contents[place] { places[Int(content.register)] = -1 }
            contents[place] = nil
        }
    }

    /// Writes to memory what is not there, and forgets: for a call, or a template that needs the registers.
    mutating func flush(_ code: inout HostEncoder) {
        for place in contents.indices { store(place, &code) }
        forget()
    }

    private mutating func store(_ place: Int, _ code: inout HostEncoder) {
        guard let content = contents[place], !content.isStored else { return }
        code.store(Self.place(of: content.register), Self.all[place])
        contents[place]?.isStored = true
    }

    private mutating func take(for register: UInt16, isStored: Bool, _ code: inout HostEncoder) -> Int {
        var chosen = 0
        var oldest = Int.max
        for (place, content) in contents.enumerated() {
            guard let content else {
                chosen = place
                break
            }
            if content.lastUse < oldest {
                oldest = content.lastUse
                chosen = place
            }
        }
        store(chosen, &code)
        if let old = contents[chosen] { places[Int(old.register)] = -1 }
        contents[chosen] = Content(register: register, isStored: isStored, lastUse: time)
        places[Int(register)] = Int8(chosen)
        return chosen
    }
}
