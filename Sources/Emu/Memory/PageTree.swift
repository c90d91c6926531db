// A persistent array of immutable pages: versions share all pages and nodes that are equal between them.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The content of one page, never changed once it is in a tree.
final class PageImage: @unchecked Sendable {
    let bytes: UnsafeMutableRawPointer
    private var cachedHash: UInt64 = 0

    init(copying source: UnsafeRawPointer) {
        bytes = UnsafeMutableRawPointer.allocate(byteCount: PhysicalMemory.pageSize, alignment: 16)
        bytes.copyMemory(from: source, byteCount: PhysicalMemory.pageSize)
    }

    deinit { bytes.deallocate() }

    /// The hash of the content, computed when first asked for.
    var hash: UInt64 {
        if cachedHash == 0 { cachedHash = StateHash.of(bytes, count: PhysicalMemory.pageSize) | 1 }
        return cachedHash
    }

    /// Is a page of memory all zeros?
    static func isZero(_ bytes: UnsafeRawPointer) -> Bool {
        let words = bytes.assumingMemoryBound(to: UInt64.self)
        return words[0] == 0 && memcmp(bytes, bytes + 8, PhysicalMemory.pageSize - 8) == 0
    }

    func isEqual(to other: UnsafeRawPointer) -> Bool { memcmp(bytes, other, PhysicalMemory.pageSize) == 0 }
}

/// A radix tree of pages with sixteen children to a node; a missing page is all zeros.
///
/// Setting a page copies the path to it, O(log₁₆ pages), and only where the node is shared. Comparing two versions
/// skips what they share.
struct PageTree: @unchecked Sendable {
    /// Sixteen children, which are nodes, or pages on the lowest level.
    fileprivate final class Node {
        private let slots: UnsafeMutablePointer<AnyObject?>

        init() {
            slots = .allocate(capacity: 16)
            slots.initialize(repeating: nil, count: 16)
        }

        init(copying other: Node) {
            slots = .allocate(capacity: 16)
            slots.initialize(from: other.slots, count: 16)
        }

        deinit {
            slots.deinitialize(count: 16)
            slots.deallocate()
        }

        func child(_ index: Int) -> Node? { slots[index].map { unsafeDowncast($0, to: Node.self) } }

        func page(_ index: Int) -> PageImage? { slots[index].map { unsafeDowncast($0, to: PageImage.self) } }

        func isSame(_ index: Int, as other: Node?) -> Bool { slots[index] === other?.slots[index] }

        func put(_ index: Int, _ value: AnyObject?) { slots[index] = value }

        /// Takes a child out, so that it can be known to be unshared.
        func take(_ index: Int) -> Node? {
            let node = child(index)
            slots[index] = nil
            return node
        }
    }

    private var root: Node?
    private let levelCount: Int

    init(pageCount: Int) {
        var levels = 1
        while 1 << (4 * levels) < pageCount { levels += 1 }
        levelCount = levels
    }

    /// Do both hold the very same nodes? Then they are equal; the reverse need not be.
    func isIdentical(to other: PageTree) -> Bool { root === other.root }

    subscript(page: Int) -> PageImage? {
        get {
            var node = root
            var level = levelCount - 1
            while level > 0 {
                node = node?.child(page >> (4 * level) & 15)
                level -= 1
            }
            return node?.page(page & 15)
        }
        set { Self.set(&root, level: levelCount - 1, page: page, to: newValue) }
    }

    private static func set(_ slot: inout Node?, level: Int, page: Int, to image: PageImage?) {
        if slot == nil {
            slot = Node()
        } else if !isKnownUniquelyReferenced(&slot) {
            slot = slot.map { Node(copying: $0) }
        }
        guard let node = slot else { return }
        let index = page >> (4 * level) & 15
        if level == 0 {
            node.put(index, image)
            return
        }
        var child = node.take(index)
        set(&child, level: level - 1, page: page, to: image)
        node.put(index, child)
    }

    /// Calls `body` for each page whose image differs in identity between the two trees.
    func forEachDifference(from other: PageTree, _ body: (Int, PageImage?) -> Void) {
        Self.compare(root, other.root, level: levelCount - 1, prefix: 0, body)
    }

    private static func compare(
        _ node: Node?, _ other: Node?, level: Int, prefix: Int, _ body: (Int, PageImage?) -> Void
    ) {
        if node === other { return }
        guard let present = node ?? other else { return }
        for index in 0..<16 where !present.isSame(index, as: present === node ? other : nil) {
            let page = prefix << 4 | index
            if level > 0 {
                compare(node?.child(index), other?.child(index), level: level - 1, prefix: page, body)
            } else {
                body(page, node?.page(index))
            }
        }
    }

    /// Calls `body` for each page that is present, in order.
    func visit(_ body: (Int, PageImage) -> Void) {
        forEachDifference(from: PageTree(pageCount: 1)) { page, image in
            if let image { body(page, image) }
        }
    }
}
