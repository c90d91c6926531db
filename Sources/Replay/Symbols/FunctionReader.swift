// Functions of a kernel: own code, inlined copies, parameters.

package import Emu

extension DebugInformation {
    /// A function by its C name.
    ///
    /// - Parameters:
    ///   - name: as the linker or the source has it.
    ///   - symbols: those of the file: functions in assembly have nothing else.
    /// - Throws: `SymbolError` when there is none, or there are several in different files.
    package func function(named name: String, symbols: [ExecutableFile.Symbol]) throws(SymbolError) -> FunctionCode {
        let found = (index.functions[name] ?? []).filter { !$0.isDeclaration }
        let labels = symbols.filter { $0.name == name && $0.isCode }
        var code: [(entry: DwarfEntry, ranges: [Range<UInt64>])] = []
        var copies: [InlinedCopy] = []
        var named: DwarfEntry?
        for offset in Set(found.flatMap { [$0.entry] + (index.instances[$0.entry] ?? []) }).sorted() {
            let entry = try file.entry(at: offset)
            let ranges = file.ranges(of: entry)
            if !ranges.isEmpty { code.append((entry, ranges)) }
            copies += try self.copies(of: offset)
            if named == nil || !ranges.isEmpty { named = entry }
        }
        // Of several with one name, that is meant whose name the linker knows.
        let addresses = Set(labels.map(\.address))
        if code.count > 1, !addresses.isEmpty { code.removeAll { !addresses.contains($0.ranges[0].lowerBound) } }
        if Set(code.map(\.ranges[0].lowerBound)).count > 1 {
            let units = code.map { shortened(file.units[$0.entry.unit].name) }.joined(separator: " and ")
            throw SymbolError("there are several functions \(name): in \(units)")
        }
        let range = code.first?.ranges ?? labels.first.map { [Self.range(of: $0, among: symbols)] } ?? []
        guard !range.isEmpty || !copies.isEmpty else {
            throw SymbolError(absent(name, symbols))
        }
        var told: (parameters: [FunctionParameter], result: CTypeID?, line: String?)?
        if let entry = code.first?.entry ?? named { told = try signature(entry, entry: range.first?.lowerBound) }
        return FunctionCode(
            name: name, entry: range.first?.lowerBound, ranges: range, inlined: copies,
            parameters: told?.parameters ?? [], hasParameters: told != nil, result: told?.result, line: told?.line)
    }

    /// The code of a symbol; of one in assembly, which has no size, up to the next symbol.
    private static func range(of label: ExecutableFile.Symbol, among symbols: [ExecutableFile.Symbol]) -> Range<UInt64>
    {
        let next = symbols.first { $0.address > label.address }?.address ?? label.address &+ 2
        let size = label.size > 0 ? label.size : next &- label.address
        let (end, overflow) = label.address.addingReportingOverflow(max(1, min(size, 1 << 24)))
        return label.address..<(overflow ? UInt64.max : end)
    }

    private func absent(_ name: String, _ symbols: [ExecutableFile.Symbol]) -> String {
        if index.functions[name] != nil { return "the kernel declares \(name), and has no code of it" }
        let names = Set(symbols.filter(\.isCode).map(\.name)).union(index.functions.keys)
        return "the kernel has no function \(name)" + Nearest.hint(name, among: names)
    }

    private func copies(of offset: Int) throws(SymbolError) -> [InlinedCopy] {
        var list: [InlinedCopy] = []
        for (copy, caller) in index.inlined[offset] ?? [] {
            let entry = try file.entry(at: copy)
            let ranges = file.ranges(of: entry)
            guard let first = ranges.first else { continue }
            let told = entry[DwarfAttribute.entryAddress].flatMap { file.address($0, in: file.units[entry.unit]) }
            let around = caller >= 0 ? try origin(file.entry(at: caller)) : nil
            list.append(
                InlinedCopy(
                    ranges: ranges, entry: told ?? first.lowerBound, caller: around.flatMap { file.name($0) } ?? "?"))
        }
        return list
    }

    private func signature(
        _ entry: DwarfEntry, entry address: UInt64?
    ) throws(SymbolError) -> (parameters: [FunctionParameter], result: CTypeID?, line: String?) {
        let named = try origin(entry)
        var own = try file.children(of: entry).filter { $0.tag == DwarfTag.formalParameter }
        if own.isEmpty { own = try file.children(of: named).filter { $0.tag == DwarfTag.formalParameter } }
        var next = 10
        var parameters: [FunctionParameter] = []
        for child in own {
            let told = try origin(child)
            guard let name = file.name(told) else { continue }
            let type = TypeReader(information: self).target(told)
            let count = registers(for: type)
            var register = next + count <= 18 ? next : nil
            // What the file says of the first instruction is better than counting.
            if let address, let code = file.location(of: child, at: address),
                case .register(let number)? = try? file.evaluate(code, in: file.units[child.unit], frame: nil),
                (10...17).contains(number)
            {
                register = number
            }
            parameters.append(FunctionParameter(name: name, type: type, entryRegister: register))
            next = (register ?? next) + count
        }
        let result = TypeReader(information: self).target(named)
        return (parameters, result == .void ? nil : result, line(of: named))
    }

    /// How many registers pass a value of a type: one, or two for what has up to 16 bytes.
    private func registers(for type: CTypeID) -> Int {
        guard let size = try? size(of: type) else { return 1 }
        return size > 8 && size <= 16 ? 2 : 1
    }

    /// Where a parameter is while the program counter is at an address.
    ///
    /// - Returns: its location.
    /// - Throws: `SymbolError` when it is nowhere then, or the file does not tell.
    package func location(
        ofParameter name: String, of function: String, at address: UInt64
    ) throws(SymbolError) -> VariableLocation {
        for found in index.functions[function] ?? [] {
            for offset in [found.entry] + (index.instances[found.entry] ?? []) {
                let entry = try file.entry(at: offset)
                guard file.ranges(of: entry).contains(where: { $0.contains(address) }) else { continue }
                let unit = file.units[entry.unit]
                var frame: VariableLocation?
                if case .block(let range)? = entry[DwarfAttribute.frameBase] {
                    frame = try file.evaluate(DwarfCode(bytes: file.sections.info, range: range), in: unit, frame: nil)
                }
                for child in try file.children(of: entry) where child.tag == DwarfTag.formalParameter {
                    guard file.name(try origin(child)) == name else { continue }
                    guard let code = file.location(of: child, at: address) else {
                        throw SymbolError("\(name) is optimised away at 0x\(String(address, radix: 16))")
                    }
                    return try file.evaluate(code, in: unit, frame: frame)
                }
            }
        }
        throw SymbolError("\(function) has no parameter \(name) at 0x\(String(address, radix: 16))")
    }
}
