// Loading images: kernel, firmware, initial disk and device tree into RAM, and the harts at their entry.

extension Machine {
    /// Loads a kernel and starts all harts at its entry in M-mode, with a0 = hart and a1 = device tree.
    ///
    /// With firmware, the harts start there, and the kernel is where the firmware expects it.
    ///
    /// - Parameters:
    ///   - kernel: an ELF64 file, or a raw image.
    ///   - firmware: an ELF64 file or raw image for the start of RAM, or nil.
    /// - Throws: `ImageError` when something does not parse or does not fit into RAM.
    package func load(kernel: [UInt8], firmware: [UInt8]? = nil) throws(ImageError) {
        var entry = Configuration.memoryBase
        var kernelEntry = entry
        if let firmware {
            entry = try place(firmware, at: Configuration.memoryBase, keepsSymbols: false)
            kernelEntry = try place(kernel, at: Configuration.memoryBase + 0x20_0000, keepsSymbols: true)
        } else {
            entry = try place(kernel, at: Configuration.memoryBase, keepsSymbols: true)
        }
        var initialDisk: Range<UInt64>?
        if let bytes = configuration.initialDisk {
            let start = Configuration.memoryBase + min(configuration.memorySize / 2, 128 << 20)
            try copy(bytes, to: start, "the initial disk")
            initialDisk = start..<start + UInt64(bytes.count)
        }
        let tree = DeviceTree.flatten(deviceTree(initialDisk))
        let end = Configuration.memoryBase + configuration.memorySize
        let treeAddress = (end - UInt64(tree.count)) & ~0xffff
        try copy(tree, to: treeAddress, "the device tree")
        let information = treeAddress - 64
        // The "dynamic information" that OpenSBI reads from a2.
        let next: [UInt64] = [0x4942_534f, 2, kernelEntry, 1, 0, 0]
        try copy(next.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }, to: information, "boot information")
        for hart in harts {
            hart.pc = entry
            hart[x: 10] = UInt64(hart.id)
            hart[x: 11] = treeAddress
            hart[x: 12] = information
        }
    }

    private func copy(_ bytes: [UInt8], to address: UInt64, _ what: String) throws(ImageError) {
        guard bytes.withUnsafeBytes({ fabric.copyIn($0, to: address) }) else {
            throw ImageError("\(what) does not fit into memory at 0x\(String(address, radix: 16))")
        }
    }

    /// Copies an image into RAM; returns its entry.
    private func place(_ image: [UInt8], at address: UInt64, keepsSymbols: Bool) throws(ImageError) -> UInt64 {
        guard ExecutableFile.isExecutable(image) else {
            if image.isEmpty { throw ImageError("an empty image") }
            try copy(image, to: address, "the image")
            return address
        }
        let file = try ExecutableFile(image)
        for segment in file.segments {
            guard fabric.memory.contains(segment.address, segment.size) else {
                throw ImageError(
                    "a segment of \(segment.size) bytes at 0x\(String(segment.address, radix: 16)) is outside of memory"
                )
            }
            try copy(Array(segment.contents), to: segment.address, "a segment")
        }
        if keepsSymbols {
            symbols = SymbolTable(file)
            if let tohost = file.physicalAddress(of: "tohost"), fabric.memory.contains(tohost, 8) {
                fabric.hostInterface = HostInterface(
                    tohost: tohost, fromhost: file.physicalAddress(of: "fromhost"))
                fabric.memory.marks[fabric.memory.page(of: tohost)] |= PageMark.host
            }
        }
        return file.entry
    }

    /// The tree that describes this machine, in the words of QEMU's `virt`.
    func deviceTree(_ initialDisk: Range<UInt64>?) -> DeviceTreeNode {
        var root = DeviceTreeNode("")
        root.set("#address-cells", [2])
        root.set("#size-cells", [2])
        root.set("compatible", "riscv-virtio")
        root.set("model", "riscv-virtio,qemu")
        var chosen = DeviceTreeNode("chosen")
        chosen.set("bootargs", configuration.bootArguments)
        chosen.set("stdout-path", "/soc/serial@10000000")
        if let initialDisk {
            chosen.set("linux,initrd-start", cells(initialDisk.lowerBound))
            chosen.set("linux,initrd-end", cells(initialDisk.upperBound))
        }
        var memory = DeviceTreeNode("memory@80000000")
        memory.set("device_type", "memory")
        memory.set("reg", cells(Configuration.memoryBase) + cells(configuration.memorySize))
        root.children = [chosen, memory, processors(), platform()]
        return root
    }

    private func cells(_ value: UInt64) -> [UInt32] { [UInt32(value >> 32), UInt32(truncatingIfNeeded: value)] }

    /// The interrupt controller of a hart has phandle 1 + its number.
    private func processors() -> DeviceTreeNode {
        var node = DeviceTreeNode("cpus")
        node.set("#address-cells", [1])
        node.set("#size-cells", [0])
        node.set("timebase-frequency", [10_000_000])
        for hart in harts {
            var processor = DeviceTreeNode("cpu@\(hart.id)")
            processor.set("device_type", "cpu")
            processor.set("reg", [UInt32(hart.id)])
            processor.set("status", "okay")
            processor.set("compatible", "riscv")
            processor.set("riscv,isa", Self.isaString)
            processor.set("riscv,isa-base", "rv64i")
            processor.set("riscv,isa-extensions", Self.extensions)
            processor.set("mmu-type", "riscv,sv48")
            processor.set("riscv,cbom-block-size", [64])
            processor.set("riscv,cboz-block-size", [64])
            var controller = DeviceTreeNode("interrupt-controller")
            controller.set("#interrupt-cells", [1])
            controller.mark("interrupt-controller")
            controller.set("compatible", "riscv,cpu-intc")
            controller.set("phandle", [1 + UInt32(hart.id)])
            processor.children = [controller]
            node.children.append(processor)
        }
        return node
    }

    /// The extensions, in the order of the manual.
    package static let isaString =
        "rv64imafdc_zicbom_zicboz_zicntr_zicsr_zifencei_zihpm_zba_zbb_zbs_sstc_svadu_svinval_svnapot"

    /// The same, each by itself.
    static var extensions: [String] {
        let parts = isaString.split(separator: "_").map(String.init)
        return (parts.first ?? "").dropFirst(4).map { String($0) } + parts.dropFirst()
    }

    private func platform() -> DeviceTreeNode {
        let plicHandle: UInt32 = 16
        let testHandle: UInt32 = 17
        var node = DeviceTreeNode("soc")
        node.set("#address-cells", [2])
        node.set("#size-cells", [2])
        node.set("compatible", "simple-bus")
        node.mark("ranges")
        func device(_ name: String, _ base: UInt64, _ size: UInt64, _ compatible: String) -> DeviceTreeNode {
            var child = DeviceTreeNode("\(name)@\(String(base, radix: 16))")
            child.set("compatible", compatible)
            child.set("reg", cells(base) + cells(size))
            return child
        }
        var clint = device("clint", 0x0200_0000, 0x1_0000, "sifive,clint0")
        clint.set("interrupts-extended", harts.flatMap { [1 + UInt32($0.id), 3, 1 + UInt32($0.id), 7] })
        var plic = device("plic", 0x0c00_0000, 0x60_0000, "sifive,plic-1.0.0")
        plic.set("#interrupt-cells", [1])
        plic.set("#address-cells", [0])
        plic.mark("interrupt-controller")
        plic.set("riscv,ndev", [UInt32(PLIC.sourceCount - 1)])
        plic.set("phandle", [plicHandle])
        plic.set("interrupts-extended", harts.flatMap { [1 + UInt32($0.id), 11, 1 + UInt32($0.id), 9] })
        var serial = device("serial", 0x1000_0000, 0x100, "ns16550a")
        serial.set("interrupts", [10])
        serial.set("interrupt-parent", [plicHandle])
        serial.set("clock-frequency", [3_686_400])
        var test = device("test", 0x10_0000, 0x1000, "sifive,test1")
        test.properties[0].value = Array("sifive,test1\0sifive,test0\0syscon\0".utf8)
        test.set("phandle", [testHandle])
        node.children = [clint, plic, serial, test]
        for index in 0..<8 {
            var slot = device("virtio_mmio", 0x1000_1000 + UInt64(index) << 12, 0x1000, "virtio,mmio")
            slot.set("interrupts", [UInt32(index + 1)])
            slot.set("interrupt-parent", [plicHandle])
            node.children.append(slot)
        }
        for (name, value) in [("poweroff", UInt32(0x5555)), ("reboot", 0x7777)] {
            var control = DeviceTreeNode(name)
            control.set("compatible", "syscon-\(name)")
            control.set("regmap", [testHandle])
            control.set("offset", [0])
            control.set("value", [value])
            node.children.append(control)
        }
        return node
    }
}
