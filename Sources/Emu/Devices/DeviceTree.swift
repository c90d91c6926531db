// The device tree: what the machine has, in the flattened form that kernels read.

/// A node being built.
package struct DeviceTreeNode {
    let name: String
    var properties: [(name: String, value: [UInt8])] = []
    var children: [DeviceTreeNode] = []

    init(_ name: String) { self.name = name }

    mutating func set(_ name: String, _ cells: [UInt32]) {
        properties.append((name, cells.flatMap { cell in withUnsafeBytes(of: cell.bigEndian) { Array($0) } }))
    }

    mutating func set(_ name: String, _ texts: String...) { set(name, texts) }

    mutating func set(_ name: String, _ texts: [String]) {
        properties.append((name, texts.flatMap { Array($0.utf8) + [0] }))
    }

    mutating func mark(_ name: String) { properties.append((name, [])) }
}

/// Flattening (Devicetree Specification v0.4, "Flattened Devicetree (DTB) Format").
package enum DeviceTree {
    /// The bytes of the tree under a root node.
    package static func flatten(_ root: DeviceTreeNode) -> [UInt8] {
        var strings: [UInt8] = []
        var offsets: [String: UInt32] = [:]
        var structure: [UInt8] = []
        emit(root, &structure, &strings, &offsets)
        structure += bytes(9)
        let structureOffset: UInt32 = 40 + 16
        let stringsOffset = structureOffset + UInt32(structure.count)
        let header: [UInt32] = [
            0xd00d_feed, stringsOffset + UInt32(strings.count), structureOffset, stringsOffset, 40, 17, 16, 0,
            UInt32(strings.count), UInt32(structure.count),
        ]
        return header.flatMap(bytes) + [UInt8](repeating: 0, count: 16) + structure + strings
    }

    private static func bytes(_ word: UInt32) -> [UInt8] { withUnsafeBytes(of: word.bigEndian) { Array($0) } }

    private static func padded(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    private static func emit(
        _ node: DeviceTreeNode, _ structure: inout [UInt8], _ strings: inout [UInt8], _ offsets: inout [String: UInt32]
    ) {
        structure += bytes(1) + padded(Array(node.name.utf8) + [0])
        for (name, value) in node.properties {
            if offsets[name] == nil {
                offsets[name] = UInt32(strings.count)
                strings += Array(name.utf8) + [0]
            }
            structure += bytes(3) + bytes(UInt32(value.count)) + bytes(offsets[name] ?? 0) + padded(value)
        }
        for child in node.children { emit(child, &structure, &strings, &offsets) }
        structure += bytes(2)
    }
}
