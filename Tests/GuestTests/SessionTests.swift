// Sessions at the guest's console: both machines, with 1 and 3 harts.
import Testing

/// One at a time: each runs a machine at full speed.
@Suite(.serialized) struct SessionTests {
    /// Nothing of this depends on the order of harts.
    static let programs = Conversation(lines: [
        "echo one two  three", "shmem_test1", "shmem_test2", "crypto_cli", "crypto_cli hello key", "nosuch",
        "crypto_cli 12345678 abc", "usertests M1 Q8 P7",
    ])

    static let programsText = """
        guest kernel is booting
        $ echo one two  three
        one two three
        $ shmem_test1
        child: Hello child
        $ shmem_test2
        child: size before map: 32768
        child: size after map: 36864
        child: size after unmap: 32768
        child: size after malloc: 132784
        parent: Hello daddy
        $ crypto_cli
        encrypted: ...R.....R.....R...E.....E....S...E....R...
        decrypted: the quick brown fox jumps over the lazy dog
        $ crypto_cli hello key
        encrypted: .....
        decrypted: hello
        $ nosuch
        sh: nosuch: there is no such program
        $ crypto_cli 12345678 abc
        encrypted: PPPUWUVZ
        decrypted: 12345678
        $ usertests M1 Q8 P7
        M1: ok
        Q8: ok
        P7: ok
        ALL PASSED: 3
        $ halt

        """

    @Test(arguments: [1, 3]) func programsPrintTheSameOnTheMachine(harts: Int) throws {
        let transcript = try Self.programs.play(on: try GuestBuild(), harts: harts)
        #expect(transcript == Transcript(text: Self.programsText, hasPassed: true))
    }

    @Test(arguments: [1, 3]) func programsPrintTheSameOnQEMU(harts: Int) throws {
        guard let transcript = try Self.programs.playOnQEMU(try GuestBuild(), harts: harts) else { return }
        #expect(transcript == Transcript(text: Self.programsText, hasPassed: true))
    }

    /// Which prime is the latest depends on time; what is said of it does not.
    static let primes = Conversation([
        ("$ ", "primestart\n"), ("primecom> ", "pause\n"), ("primecom> ", "latest\n"), ("primecom> ", "prime 0\n"),
        ("there are primes 1 to 100000", "prime 100001\n"), ("there are primes 1 to 100000", "prime x\n"),
        ("primecom: prime N, latest, pause, resume, end", "resume\n"), ("primecom> ", "\n"), ("primecom> ", "end\n"),
        ("primestart: all have ended", ""), ("$ ", "primestart\n"), ("primecom> ", "pause\n"), ("primecom> ", "end\n"),
        ("primestart: all have ended", ""), ("$ ", "primestart\n"), ("primecom> ", "\u{4}"),
        ("primestart: all have ended", ""), ("$ ", "primecalc\n"),
        ("primecalc: there is no shared primes; run primestart", ""), ("$ ", "kill 2\n"),
        ("init: the crypto server had ended, and has been started again", "crypto_cli again k\n"),
        ("decrypted: again", ""), ("$ ", "halt\n"),
    ])

    @Test(arguments: [1, 3]) func primesAreComputedPausedAndEndedOnTheMachine(harts: Int) throws {
        let transcript = try Self.primes.play(on: try GuestBuild(), harts: harts)
        #expect(transcript.hasPassed, "\(transcript.text)")
    }

    @Test(arguments: [1, 3]) func primesAreComputedPausedAndEndedOnQEMU(harts: Int) throws {
        guard let transcript = try Self.primes.playOnQEMU(try GuestBuild(), harts: harts) else { return }
        #expect(transcript.hasPassed, "\(transcript.text)")
    }

    /// By the time that the tenth is asked for a second time it is there.
    @Test func thePrimeOfANumberIsPrinted() throws {
        let wait = Array(repeating: ("primecom> ", "latest\n"), count: 5)
        let conversation = Conversation(
            [("$ ", "primestart\n")] + wait
                + [("primecom> ", "prime 10\n"), ("prime 10 is 29\n", "end\n"), ("$ ", "halt\n")])
        let transcript = try conversation.play(on: try GuestBuild(), harts: 1)
        #expect(transcript.hasPassed, "\(transcript.text)")
    }

    /// A command behind `&` runs while the shell goes on; a line is edited before it is read.
    @Test func theShellEditsAndDoesNotWait() throws {
        let conversation = Conversation([
            ("$ ", "xyz\u{15}echo ab\u{7f}c\n"), ("\nac\n", "echo behind &\n"), ("behind\n", "echo\n"),
            ("echo\n\n", "halt 3\n"),
        ])
        let transcript = try conversation.play(on: try GuestBuild(), harts: 1)
        #expect(!transcript.hasPassed && transcript.text.contains("halt 3\n"), "\(transcript.text)")
    }

    /// The ring has the size that the build was told.
    @Test func sizesAreSetByTheBuild() throws {
        let build = try GuestBuild("--set", "REQUEST_SLOTS=3", "--set", "NPROC=12", "--set", "PRIME_LIMIT=10")
        let transcript = try Conversation(lines: ["usertests Q1 Q2 U2 P11", "crypto_cli"]).play(on: build, harts: 3)
        #expect(transcript.hasPassed && transcript.text.contains("ALL PASSED: 4"), "\(transcript.text)")
    }
}
