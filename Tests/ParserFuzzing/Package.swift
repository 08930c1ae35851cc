// swift-tools-version: 6.1
import PackageDescription

// A package of its own, so that `swift build` and `swift test` never build it; `./run` does, with the flags it needs:
// `--sanitize=fuzzer`, which instruments the parsers too, and `-enable-testing`, which shows it internal types.
let package = Package(
    name: "parser-fuzzing",
    dependencies: [.package(name: "crossfire-suite", path: "../..")],
    targets: [
        .executableTarget(
            name: "parser-fuzzing",
            dependencies: ["Wire", "Capture", "Verification", "Protocols", "Perturbation", "Fuzz", "Report"].map {
                .product(name: $0, package: "crossfire-suite")
            },
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .unsafeFlags(["-parse-as-library"]),
            ])
    ],
    swiftLanguageModes: [.v6]
)
