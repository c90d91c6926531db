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

let package = Package(
    name: "shmcheck",
    products: [
        .executable(name: "shmcheck", targets: ["shmcheck"]),
        .library(name: "Model", targets: ["Model"]),
        .library(name: "Checker", targets: ["Checker"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    ],
    targets: [
        .target(name: "Model", swiftSettings: strict),
        .target(name: "CIntrinsics"),
        .target(
            name: "Checker", dependencies: ["Model", "CIntrinsics"],
            swiftSettings: strict),
        .executableTarget(
            name: "shmcheck",
            dependencies: [
                "Checker", "Model",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: strict),
    ]
)
