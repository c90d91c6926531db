// The virtio block device over a disk in memory, copy-on-write.

/// A disk: an image that never changes, and pages written since.
package final class Disk {
    /// Size in bytes, a whole number of sectors.
    package let size: Int
    private let image: [UInt8]
    private(set) var written: PageTree
    /// Numbers of pages that differ from the image.
    package private(set) var writtenPages: Set<Int> = []
    /// Puts what was written at an offset where it outlives the machine; false when that failed.
    package var store: ((Int, [UInt8]) -> Bool)?

    /// Takes an image; a last sector that is not whole is filled with zeros.
    package init(image: [UInt8]) {
        size = (image.count + 511) / 512 * 512
        self.image = image
        written = PageTree(pageCount: size / PhysicalMemory.pageSize + 1)
    }

    /// The bytes of a page, the last one padded.
    package func page(_ index: Int) -> [UInt8] {
        if let page = written[index] {
            return Array(UnsafeRawBufferPointer(start: page.bytes, count: PhysicalMemory.pageSize))
        }
        let start = min(index * PhysicalMemory.pageSize, image.count)
        let bytes = Array(image[start..<min(start + PhysicalMemory.pageSize, image.count)])
        return bytes + [UInt8](repeating: 0, count: PhysicalMemory.pageSize - bytes.count)
    }

    func read(_ offset: Int, count: Int) -> [UInt8] {
        var result: [UInt8] = []
        var position = offset
        while position < offset + count {
            let inside = position % PhysicalMemory.pageSize
            let part = min(PhysicalMemory.pageSize - inside, offset + count - position)
            result += page(position / PhysicalMemory.pageSize)[inside..<inside + part]
            position += part
        }
        return result
    }

    func write(_ offset: Int, _ bytes: [UInt8]) {
        var position = 0
        while position < bytes.count {
            let index = (offset + position) / PhysicalMemory.pageSize
            let inside = (offset + position) % PhysicalMemory.pageSize
            let part = min(PhysicalMemory.pageSize - inside, bytes.count - position)
            var page = page(index)
            page.replaceSubrange(inside..<inside + part, with: bytes[position..<position + part])
            page.withUnsafeBytes { if let start = $0.baseAddress { written[index] = PageImage(copying: start) } }
            writtenPages.insert(index)
            position += part
        }
    }

    func save(to writer: inout StateWriter) {
        writer.words(writtenPages.sorted().map { UInt64($0) })
        for index in writtenPages.sorted() { writer.data(page(index)) }
    }

    func restore(from reader: inout StateReader) -> Bool {
        var tree = PageTree(pageCount: size / PhysicalMemory.pageSize + 1)
        let indices = reader.words()
        for index in indices {
            let bytes = reader.data()
            guard index <= size / PhysicalMemory.pageSize, bytes.count == PhysicalMemory.pageSize else { return false }
            bytes.withUnsafeBytes { if let start = $0.baseAddress { tree[Int(index)] = PageImage(copying: start) } }
        }
        written = tree
        writtenPages = Set(indices.map { Int($0) })
        return reader.isIntact
    }
}

/// The block device ("Block Device").
package final class VirtioBlock: VirtioBackend {
    /// What it serves.
    package let disk: Disk
    /// A disk that refuses writes.
    let isReadOnly: Bool
    /// What the shortest request takes, in units of the clock; 0 serves all at once.
    let latency: UInt64

    init(disk: Disk, isReadOnly: Bool, latency: UInt64) {
        self.disk = disk
        self.isReadOnly = isReadOnly
        self.latency = latency
    }

    /// 2.
    package var deviceID: UInt64 { 2 }
    /// Read-only and flush.
    package var features: UInt64 { (isReadOnly ? 1 << 5 : 0) | 1 << 9 }
    /// One.
    package var queueCount: Int { 1 }
    /// The capacity in sectors.
    package var configuration: [UInt8] {
        withUnsafeBytes(of: UInt64(disk.size / 512).littleEndian) { Array($0) } + [UInt8](repeating: 0, count: 52)
    }

    /// Between one and two latencies, as the sector says, and one unit more for each 8 bytes.
    ///
    /// So a request that comes later may well end earlier, which drivers must be ready for ("Block Device: Device
    /// Operation" promises no order).
    package func duration(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> UInt64 {
        guard latency > 0, let header = header(chain, fabric) else { return latency }
        let place = (header.sector &* 0x9e37_79b9_7f4a_7c15) >> 48
        let bytes = UInt64(chain.buffers.reduce(0) { $0 + $1.count })
        return latency + (latency * place) >> 16 + bytes / 8
    }

    /// A flush ends when all that came before it have ended.
    package func isBarrier(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> Bool {
        header(chain, fabric)?.kind == 4
    }

    private func header(_ chain: VirtioChain, _ fabric: Fabric) -> (kind: UInt64, sector: UInt64)? {
        var bytes: [UInt8] = []
        for buffer in chain.buffers where !buffer.isWritable && bytes.count < 16 {
            bytes += fabric.copyOut(buffer.address, count: min(buffer.count, 16 - bytes.count)) ?? []
        }
        return bytes.count < 16 ? nil : (word(bytes, 0, 4), word(bytes, 8, 8))
    }

    /// A request is a header of 16 bytes, data, and a status byte.
    package func serve(queue: Int, _ chain: VirtioChain, _ fabric: Fabric) -> UInt32? {
        let input = chain.input(fabric)
        guard input.count >= 16, chain.capacity >= 1 else { return 0 }
        let kind = word(input, 0, 4)
        let sector = word(input, 8, 8)
        let dataCount = chain.capacity - 1
        switch kind {
        case 0:
            guard let offset = place(sector, dataCount) else { return finish(chain, 1, dataCount, fabric) }
            return chain.output(disk.read(offset, count: dataCount) + [0], fabric)
        case 1:
            let data = Array(input[16...])
            guard !isReadOnly, let offset = place(sector, data.count) else {
                return finish(chain, 1, dataCount, fabric)
            }
            // Stored before it is reported: a driver that never flushes may rely on that.
            guard disk.store?(offset, data) ?? true else { return finish(chain, 1, dataCount, fabric) }
            disk.write(offset, data)
            return finish(chain, 0, dataCount, fabric)
        case 4: return finish(chain, 0, dataCount, fabric)
        case 8:
            let name = Array("shmcheck".utf8)
            let padded = (name + [UInt8](repeating: 0, count: max(0, dataCount - name.count))).prefix(dataCount)
            return chain.output(Array(padded) + [0], fabric)
        default: return finish(chain, 2, dataCount, fabric)
        }
    }

    /// The status goes into the last writable byte.
    private func finish(_ chain: VirtioChain, _ status: UInt8, _ before: Int, _ fabric: Fabric) -> UInt32 {
        guard let last = chain.buffers.last(where: { $0.isWritable && $0.count > 0 }) else { return 0 }
        _ = withUnsafeBytes(of: status) { fabric.copyIn($0, to: last.address + UInt64(last.count) - 1) }
        return 1
    }

    private func place(_ sector: UInt64, _ count: Int) -> Int? {
        guard sector <= UInt64(disk.size / 512), count % 512 == 0, count <= disk.size - Int(sector) * 512 else {
            return nil
        }
        return Int(sector) * 512
    }

    private func word(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    }

    /// Writes the pages that differ from the image.
    package func save(to writer: inout StateWriter) { disk.save(to: &writer) }
    /// Reads them back.
    package func restore(from reader: inout StateReader) -> Bool { disk.restore(from: &reader) }
}
