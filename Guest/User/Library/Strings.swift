// Strings of C, as arguments and names are: bytes up to a zero.

typealias CString = UnsafePointer<CChar>
typealias ArgumentVector = UnsafePointer<CString?>

/// The bytes of a literal, which end with a zero.
func c_string(_ text: StaticString) -> CString { UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self) }

func equal(_ a: CString, _ b: CString) -> Bool {
    var i = 0
    while a[i] == b[i] {
        if a[i] == 0 { return true }
        i += 1
    }
    return false
}

func equal(_ a: CString, _ b: StaticString) -> Bool { equal(a, c_string(b)) }

func length(_ text: CString) -> Int {
    var i = 0
    while text[i] != 0 { i += 1 }
    return i
}

/// The number that the text is, in decimal; nil when it is none, or too large.
func parse(_ text: CString) -> Int64? {
    let is_negative = text[0] == CChar(UInt8(ascii: "-"))
    var at = text + (is_negative ? 1 : 0)
    if at.pointee == 0 { return nil }
    var value: Int64 = 0
    while at.pointee != 0 {
        let digit = Int64(at.pointee) - Int64(UInt8(ascii: "0"))
        guard (0...9).contains(digit) else { return nil }
        let (product, overflows) = value.multipliedReportingOverflow(by: 10)
        if overflows || product > .max - digit { return nil }
        value = product + digit
        at += 1
    }
    return is_negative ? -value : value
}
