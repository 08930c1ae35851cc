// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
    name: "crossfire-suite",
    products: [
        .library(name: "System", targets: ["System"]),
        .library(name: "Wire", targets: ["Wire"]),
        .library(name: "Capture", targets: ["Capture"]),
        .library(name: "Verification", targets: ["Verification"]),
        .library(name: "Perturbation", targets: ["Perturbation"]),
        .library(name: "Protocols", targets: ["Protocols"]),
        .library(name: "Fuzz", targets: ["Fuzz"]),
        .library(name: "Report", targets: ["Report"]),
        .executable(name: "crossfire", targets: ["crossfire"]),
        .executable(name: "reference-server", targets: ["reference-server"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .target(name: "CLinux"),
        .plugin(name: "NativeTools", capability: .buildTool()),
        .target(name: "CNoise", exclude: ["native"], plugins: ["NativeTools"]),

        .target(name: "System", dependencies: ["CLinux"], swiftSettings: strict),
        .target(name: "Documents", dependencies: [.product(name: "Yams", package: "Yams")], swiftSettings: strict),
        .target(name: "Wire", swiftSettings: strict),
        .target(name: "Capture", dependencies: ["CPcap", "System"], swiftSettings: strict),
        .target(name: "Verification", dependencies: ["System", "Wire", "Capture"], swiftSettings: strict),
        .target(
            name: "Protocols", dependencies: ["System", "Documents", "Wire", "Capture", "Verification"],
            swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),
        .target(name: "ReferenceServers", dependencies: ["CLinux", "System"], swiftSettings: strict),
        .target(name: "Perturbation", dependencies: ["CLinux", "CNoise", "System"], swiftSettings: strict),
        .target(
            name: "Fuzz", dependencies: ["CLinux", "System", "Wire", "Capture", "Verification", "Perturbation"],
            swiftSettings: strict),
        .target(
            name: "Report",
            dependencies: ["System", "Documents", "Wire", "Verification", "Capture", "Perturbation", "Fuzz"],
            swiftSettings: strict),

        .executableTarget(
            name: "crossfire",
            dependencies: [
                "CLinux", "System", "Wire", "Capture", "Verification", "Protocols", "ReferenceServers", "Perturbation",
                "Fuzz", "Report",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),
        .executableTarget(name: "reference-server", dependencies: ["ReferenceServers"], swiftSettings: strict),

        .testTarget(
            name: "ProtocolsTests", dependencies: ["Protocols", "Verification", "System", "Wire"], swiftSettings: strict
        ),
        .testTarget(name: "HouseRuleTests", swiftSettings: strict),
        .testTarget(name: "CaptureTests", dependencies: ["Capture"], swiftSettings: strict),
        .testTarget(
            name: "VerificationTests", dependencies: ["Verification", "Protocols", "Wire", "Capture"],
            swiftSettings: strict),
        .testTarget(
            name: "ReferenceServersTests", dependencies: ["ReferenceServers", "reference-server", "CLinux"],
            swiftSettings: strict),
        .target(
            name: "PerturbationProbes", path: "Tests/PerturbationProbes", exclude: ["native"],
            plugins: ["NativeTools"]),
        .testTarget(
            name: "PerturbationTests", dependencies: ["Perturbation", "PerturbationProbes"], swiftSettings: strict),
        .testTarget(
            name: "FuzzTests",
            dependencies: ["CLinux", "System", "Fuzz", "Protocols", "Wire", "Capture", "Verification", "Perturbation"],
            swiftSettings: strict),
        .testTarget(
            name: "ReportTests",
            dependencies: ["Report", "System", "Fuzz", "Protocols", "Verification", "Capture", "Wire"],
            swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["crossfire", "reference-server", "ReferenceServers", "System", "Fuzz", "Capture"],
            swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
