// swift-tools-version: 6.1
import PackageDescription

// What somebody writes who has a server of his own: with the libraries of Crossfire, and nothing else.
let package = Package(
    name: "own-protocol",
    dependencies: [.package(name: "crossfire-suite", path: "../..")],
    targets: [
        .executableTarget(name: "ticket-server"),
        .testTarget(
            name: "TicketsTests",
            dependencies: ["ticket-server"]
                + ["Wire", "Verification", "Fuzz", "Report"].map {
                    .product(name: $0, package: "crossfire-suite")
                }),
    ],
    swiftLanguageModes: [.v6]
)
