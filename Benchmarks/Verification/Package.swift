// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "verification-benchmarks",
    dependencies: [.package(name: "crossfire-suite", path: "../..")],
    targets: [
        .executableTarget(
            name: "judge-bench",
            dependencies: [
                .product(name: "Verification", package: "crossfire-suite"),
                .product(name: "Capture", package: "crossfire-suite"),
                .product(name: "Protocols", package: "crossfire-suite"),
                .product(name: "Wire", package: "crossfire-suite"),
            ]),
        .executableTarget(
            name: "crowd-bench",
            dependencies: [
                .product(name: "Verification", package: "crossfire-suite"),
                .product(name: "Protocols", package: "crossfire-suite"),
            ]),
        .executableTarget(
            name: "history-bench", dependencies: [.product(name: "Verification", package: "crossfire-suite")]),
    ],
    swiftLanguageModes: [.v6]
)
