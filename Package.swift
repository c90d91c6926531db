// swift-tools-version: 6.2
// The package: who may import whom. SwiftPM refuses a cycle between these targets.
import PackageDescription

/// Applied to every Swift target: language mode 6, no warning survives, imports say what they expose.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// The program runs without a toolchain.
///
/// Only its linking differs from that of the tests, whose library is a dynamic one, so both share all that is compiled.
/// The named libraries are parts of Foundation that the linker does not find by itself.
let linkSwiftStatically = LinkerSetting.unsafeFlags(
    ["-static-stdlib", "-l_FoundationCShims", "-l_FoundationCollections", "-l_FoundationICU"],
    .when(platforms: [.linux]))

/// The machine's executor is one switch in a loop. LLVM has long copied its dispatch behind each case, so that the host
/// predicts each guest instruction by the one before it; since version 19 it does so only where there are few cases.
let copyDispatch = SwiftSetting.unsafeFlags(
    ["-Xllvm", "-tail-dup-pred-size=4096", "-Xllvm", "-tail-dup-succ-size=4096"], .when(configuration: .release))

let package = Package(
    name: "shmcheck",
    products: [
        .executable(name: "shmcheck", targets: ["shmcheck"]),
        .library(name: "Model", targets: ["Model"]),
        .library(name: "Checker", targets: ["Checker"]),
        .library(name: "Emu", targets: ["Emu"]),
        .library(name: "Replay", targets: ["Replay"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    ],
    targets: [
        .target(name: "Model", dependencies: ["CLibrary"], exclude: ["Library/lib"], swiftSettings: strict),
        .target(name: "CLibrary"),
        .target(name: "CIntrinsics"),
        .systemLibrary(name: "CZ3", pkgConfig: "z3", providers: [.apt(["libz3-dev"])]),
        .target(name: "Solver", dependencies: ["CZ3"], swiftSettings: strict),
        .target(name: "Checker", dependencies: ["Model", "CIntrinsics", "Solver"], swiftSettings: strict),
        .target(name: "Editing", dependencies: ["Model", "Checker"], swiftSettings: strict),
        .target(name: "Emu", swiftSettings: strict + [copyDispatch]),
        .target(name: "Replay", dependencies: ["Model", "Checker", "Emu"], swiftSettings: strict),
        .executableTarget(
            name: "shmcheck",
            dependencies: [
                "Checker", "Editing", "Emu", "Model", "Replay",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: strict, linkerSettings: [linkSwiftStatically]),
        .testTarget(name: "ModelTests", dependencies: ["Model"], swiftSettings: strict),
        .testTarget(name: "CheckerTests", dependencies: ["Model", "Checker"], swiftSettings: strict),
        .testTarget(name: "SolverTests", dependencies: ["Model", "Checker", "Solver"], swiftSettings: strict),
        .testTarget(name: "SpecTests", dependencies: ["Model", "Checker"], swiftSettings: strict),
        .testTarget(name: "CommandTests", dependencies: ["Model", "Checker"], swiftSettings: strict),
        .testTarget(name: "EmuTests", dependencies: ["Emu"], swiftSettings: strict),
        .testTarget(name: "GuestTests", dependencies: ["Emu"], swiftSettings: strict),
        .testTarget(
            name: "ReplayTests", dependencies: ["Replay", "Emu", "Model", "Checker"], swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)
