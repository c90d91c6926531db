// crypto_cli: has a text encrypted by the server, has that decrypted, and prints what comes back.

private let default_text: StaticString = "the quick brown fox jumps over the lazy dog"

@c func crypto_cli_main(_ argc: Int32, _ argv: ArgumentVector) -> Int32 {
    let text = argc > 1 ? argv[1] ?? c_string(default_text) : c_string(default_text)
    let key = argc > 2 ? argv[2] ?? c_string("secret") : c_string("secret")
    if length(key) == 0 || length(key) + length(text) > 256 {
        give_up("usage: crypto_cli [TEXT [KEY]], together not longer than 256 bytes\n")
    }
    prepare(key, text)
    let data = op_payload() + length(key)
    submit(UInt32(CRYPTO_ENCRYPT))
    print("encrypted: \(bytes: data, count: length(text))\n")
    submit(UInt32(CRYPTO_DECRYPT))
    print("decrypted: \(bytes: data, count: length(text))\n")
    return 0
}

private func prepare(_ key: CString, _ text: CString) {
    op.key_size = UInt64(length(key))
    op.data_size = UInt64(length(text))
    memmove(op_payload(), key, length(key))
    memmove(op_payload() + length(key), text, length(text))
}

/// Hands the operation to the server, and waits until it has ended.
private func submit(_ type: UInt32) {
    let at = op_at()
    at.pointee.type = type
    store_release(&at.pointee.state, UInt32(CRYPTO_INIT))
    let size = 24 + at.pointee.key_size + at.pointee.data_size
    if crypto_op(address(at), size) < 0 { give_up("crypto_cli: the request was not accepted\n") }
    while load_acquire(&at.pointee.state) == UInt32(CRYPTO_INIT) { _ = sleep(1) }
    if load_acquire(&at.pointee.state) != UInt32(CRYPTO_DONE) { give_up("crypto_cli: the request ended in an error\n") }
}
