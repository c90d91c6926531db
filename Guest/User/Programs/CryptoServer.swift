// crypto_srv: takes one request after the other, works on the client's own memory, and publishes the result there.
//
// A client may pass anything, and may change its memory at any time. So nothing is believed that was not checked, and
// what is checked was read once.

private typealias Operation = UnsafeMutablePointer<CryptoHeader>

/// struct crypto_op without its payload.
struct CryptoHeader {
    var type: UInt32
    var state: UInt32
    var key_size: UInt64
    var data_size: UInt64
}

private let HEADER: UInt64 = 24

/// The sizes, as they were when they were read.
private struct Sizes {
    let key: UInt64
    let data: UInt64
}

@c func crypto_srv_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    while true {
        var va: UInt64 = 0
        var size: UInt64 = 0
        // -1: a request that could not be mapped has ended already; or this process is to end.
        if take_shared_memory_request(&va, &size) < 0 {
            _ = sleep(1)
        } else if let sizes = serve(va, size) {
            finish(va, sizes)
            _ = remove_shared_memory_request(va, size)
        } else {
            refuse(va, size)
        }
    }
}

private func operation(_ va: UInt64) -> Operation {
    UnsafeMutableRawPointer(memory(va)).assumingMemoryBound(to: CryptoHeader.self)
}

private func has_header(_ size: UInt64) -> Bool { size >= HEADER }
private func has_key(_ s: Sizes) -> Bool { s.key != 0 }
private func fits(_ s: Sizes, _ size: UInt64) -> Bool { s.key <= size - HEADER && s.data <= size - HEADER - s.key }

private func read_sizes(_ va: UInt64) -> Sizes {
    let op = operation(va)
    return Sizes(key: load_once(&op.pointee.key_size), data: load_once(&op.pointee.data_size))
}

/// What was checked is what is used.
private func sizes_to_use(_ va: UInt64, _ checked: Sizes) -> Sizes { checked }

private func is_valid(_ va: UInt64) -> Bool {
    let op = operation(va)
    let type = load_acquire(&op.pointee.type)
    return (type == UInt32(CRYPTO_ENCRYPT) || type == UInt32(CRYPTO_DECRYPT))
        && load_acquire(&op.pointee.state) == UInt32(CRYPTO_INIT)
}

/// Works on the data in place, and gives the sizes that it had. Nil when the request makes no sense; then nothing was
/// changed.
private func serve(_ va: UInt64, _ size: UInt64) -> Sizes? {
    if !has_header(size) || !is_valid(va) { return nil }
    let checked = read_sizes(va)
    if !has_key(checked) || !fits(checked, size) { return nil }
    let s = sizes_to_use(va, checked)
    let key = memory(va &+ HEADER)
    let data = memory(va &+ HEADER &+ s.key)
    for i in 0..<s.data { data[Int(i)] ^= key[Int(i % s.key)] }
    return s
}

/// The sizes belong to the result: they say what was worked on, whatever the client has written there meanwhile.
private func write_header(_ va: UInt64, _ s: Sizes) {
    let op = operation(va)
    store_once(&op.pointee.key_size, s.key)
    store_once(&op.pointee.data_size, s.data)
}

/// Whoever sees DONE sees the result: payload and header are written before.
private func finish(_ va: UInt64, _ s: Sizes) {
    write_header(va, s)
    publish(va, UInt32(CRYPTO_DONE))
}

private func reject(_ va: UInt64) { publish(va, UInt32(CRYPTO_ERROR)) }

private func publish(_ va: UInt64, _ state: UInt32) { store_release(&operation(va).pointee.state, state) }

private func refuse(_ va: UInt64, _ size: UInt64) {
    reject(va)
    clean_up(va, size)
}

private func clean_up(_ va: UInt64, _ size: UInt64) { _ = remove_shared_memory_request(va, size) }
