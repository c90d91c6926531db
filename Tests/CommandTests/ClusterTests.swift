// The ready scripts of `Templates/shards`: each runs its shards here, as far as one machine can, and merges them.

import Foundation
import Testing

@Suite(.serialized) struct ClusterTests {
    private static let scripts = packageFolder.appending(path: "Templates/shards")
    private static let closing = "2 checks: 2 as expected; 2 of 2 faults found"

    /// A folder with two small specs under `Specs`, and the program in the path.
    private func folder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (name, count) in [("one", 2), ("two", 3)] {
            let spec = """
                spec S
                shared var x: int in 0..<9
                pure step() -> int = 1
                process p[\(count)] { x = (x + step()) % 9 }
                invariant small: x < 5
                check expect holds
                fault F "steps of two" { pure step() -> int = 5 } expect violated small

                """
            try folder.write("Specs/\(name).spec", Array(spec.utf8))
        }
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "bin"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: folder.url.appending(path: "bin/shmcheck"), withDestinationURL: Command.program)
        return folder
    }

    private func shell(_ script: String, in folder: TemporaryFolder, _ more: [String: String] = [:]) throws -> String {
        let path = "\(folder.url.appending(path: "bin").path()):\(Command.searchPath):/usr/sbin:/sbin"
        return try Command.shell(script, in: folder.url, ["PATH": path].merging(more) { $1 })
    }

    private func has(_ tool: String) throws -> Bool {
        let isThere = try Command.shell("PATH=$PATH:/usr/sbin command -v \(tool)", in: packageFolder).contains(tool)
        if !isThere {
            #expect(ProcessInfo.processInfo.environment["CI"] != "true", "\(tool) is missing")
            print("SKIPPED: \(tool) is missing")
        }
        return isThere
    }

    @Test func gnuParallelRunsShardsAndMergesThem() throws {
        guard try has("parallel") else { return }
        let folder = try folder()
        let said = try shell("\(Self.scripts.path())/parallel.sh 3 Specs; echo code $?", in: folder)
        #expect(said.contains(Self.closing) && said.contains("code 0"), "\(said)")
        #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "shmcheck-out/report.html").path()))
    }

    @Test func slurmRunsAnArrayAndTheMerge() throws {
        guard try has("slurmctld"), try has("slurmd"), try has("sbatch") else { return }
        let folder = try folder()
        // One node on the loopback interface, without accounts: both daemons end with the script.
        let said = try shell(
            """
            mkdir state spool
            port=$((20000 + $$ % 10000))
            cat > slurm.conf <<END
            ClusterName=loop
            SlurmctldHost=$(hostname)(127.0.0.1)
            SlurmctldPort=$port
            SlurmdPort=$((port + 1))
            AuthType=auth/none
            CredType=cred/none
            ProctrackType=proctrack/pgid
            TaskPlugin=task/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU
            SchedulerParameters=sched_interval=1,bf_interval=1
            SlurmUser=$(id -un)
            SlurmdUser=$(id -un)
            StateSaveLocation=$PWD/state
            SlurmdSpoolDir=$PWD/spool
            SlurmctldPidFile=$PWD/controller.pid
            SlurmdPidFile=$PWD/daemon.pid
            NodeName=$(hostname) NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
            PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
            END
            export SLURM_CONF=$PWD/slurm.conf
            slurmctld -D -f slurm.conf > controller.txt 2>&1 & controller=$!
            slurmd -D -f slurm.conf > daemon.txt 2>&1 & daemon=$!
            trap 'kill $controller $daemon; wait' EXIT
            for try in $(seq 50); do sinfo -h -t idle -o %n 2>/dev/null | grep -q . && break; sleep 0.2; done
            id=$(OUT=nightly \(Self.scripts.path())/slurm.sh 3 Specs) || exit
            for try in $(seq 300); do
                state=$(scontrol show job $id | sed -n 's/.*JobState=\\([A-Z]*\\).*/\\1/p')
                case $state in COMPLETED | FAILED | CANCELLED) break ;; esac
                sleep 0.2
            done
            echo "state $state"
            cat nightly/merge.txt
            """, in: folder)
        #expect(said.contains("state COMPLETED") && said.contains(Self.closing), "\(said)")
        #expect(FileManager.default.fileExists(atPath: folder.url.appending(path: "nightly/report.json").path()))
    }

    /// The commands of the Job's containers, with the index that Kubernetes gives each.
    @Test func theIndexedJobRunsItsShards() throws {
        let folder = try folder()
        let text = try String(contentsOf: Self.scripts.appending(path: "kubernetes.yaml"), encoding: .utf8)
        let commands = text.matches(of: /args: \['(.*)'\]/).map { String($0.1) }
        try #require(commands.count == 2)
        #expect(text.contains("completions: 8\n") && text.contains("completionMode: Indexed"))
        for index in 0..<8 {
            let said = try shell("(\(commands[0])); echo code $?", in: folder, ["JOB_COMPLETION_INDEX": "\(index)"])
            #expect(said.hasSuffix("code 0\n"), "\(said)")
        }
        #expect(try shell(commands[1], in: folder).contains(Self.closing))
    }

    /// The `run` lines of the workflow, with the matrix's number put in.
    @Test func theMatrixRunsItsShards() throws {
        let folder = try folder()
        let text = try String(contentsOf: Self.scripts.appending(path: "github.yml"), encoding: .utf8)
        let commands = text.matches(of: /- run: (.*)/).map { String($0.1) }
        try #require(commands.count == 2)
        let shards = try #require(text.firstMatch(of: /shard: \[(.*)\]/)?.1).split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
        #expect(text.contains("SHARDS: \(shards.count)\n"))
        for shard in shards {
            let command = commands[0].replacing("${{ matrix.shard }}", with: shard)
            _ = try shell(command, in: folder, ["SHARDS": "\(shards.count)"])
        }
        #expect(try shell(commands[1], in: folder).contains(Self.closing))
    }
}
