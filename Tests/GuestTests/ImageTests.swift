// The kernel's image: what specs bind to is there by its C name, and nothing is made lazily.
import Emu
import Foundation
import Testing

@Suite struct ImageTests {
    static let data = [
        "proc", "cpus", "kmem", "mmtable", "shmem_queue", "wait_lock", "shared_lock", "cons", "nextpid",
    ]
    static let functions = [
        "acquire", "release", "sleep", "wakeup", "panic", "fork", "exit", "wait", "kill", "growproc", "uvmunmap",
        "map_shared_pages", "unmap_shared_pages", "shmem_queue_insert", "shmem_queue_remove", "crypto_op",
        "sys_take_shared_memory_request", "sys_remove_shared_memory_request", "share_mem", "get_shared", "shared_fork",
        "shared_free", "sys_share_mem", "sys_get_shared", "sys_wait_shared", "sys_wake_shared",
    ]

    @Test func whatSpecsBindToHasItsName() throws {
        let symbols = SymbolTable(try ExecutableFile(try GuestBuild().kernel))
        for name in Self.data + Self.functions { #expect(symbols.address(of: name) != nil, "there is no \(name)") }
    }

    @Test(arguments: [
        ("crypto_cli", ["op"]), ("primestart", ["primes", "counter", "command"]),
    ]) func programsHaveTheirData(program: String, names: [String]) throws {
        let file = try GuestBuild().folder.appendingPathComponent("user/\(program)")
        let symbols = SymbolTable(try ExecutableFile([UInt8](try Data(contentsOf: file))))
        for name in names { #expect(symbols.address(of: name) != nil, "\(program) has no \(name)") }
    }

    /// A global that is made at its first use would be made under whatever lock is held, and by two harts at once.
    @Test func nothingIsMadeLazily() throws {
        let build = try GuestBuild()
        let files = [build.folder.appendingPathComponent("kernel")] + (try build.programs)
        #expect(files.count > 10)
        for file in files {
            let symbols = try ExecutableFile([UInt8](try Data(contentsOf: file))).symbols.map(\.name)
            #expect(!symbols.isEmpty, "\(file.lastPathComponent) has symbols")
            for name in symbols {
                #expect(
                    name != "swift_once" && !name.hasSuffix("_WZ"), "\(file.lastPathComponent): \(name) is made lazily")
            }
        }
    }
}
