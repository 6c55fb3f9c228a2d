// swift-tools-version: 6.2
// The targets stand in the order in which a message passes through them: this list is the architecture diagram.
import PackageDescription

// MARK: - Libraries that other people keep well

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let asyncAlgorithms = Target.Dependency.product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")

let package = Package(
  name: "linli",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "linli", targets: ["linli"]),
    // Preloaded into a linli whose clock the end-to-end tests set.
    .library(name: "ClockAhead", type: .dynamic, targets: ["CClockAhead"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/apple/swift-crypto", "3.0.0"..<"5.0.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.0.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.24.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.10.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: [
    // MARK: - C libraries from the distribution
    .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(name: "CMemory"),
    .target(name: "CSimdjson", linkerSettings: [.linkedLibrary("simdjson")]),
    .target(name: "CPrefetch"),
    .target(name: "CCurl", linkerSettings: [.linkedLibrary("curl")]),

    // MARK: - The way of a message
    .target(name: "MQTT", dependencies: ["CMosquitto", logging]),
    .target(name: "Pipeline", dependencies: ["CSimdjson", "CPrefetch"]),
    .target(name: "Words"),
    .target(name: "ConfigFile", dependencies: ["Words", "Pipeline", yams]),
    .target(name: "Community", dependencies: ["Words", "Pipeline", "ConfigFile"]),
    .target(name: "Rules", dependencies: ["Words", "Pipeline", "ConfigFile", "Community"]),
    .target(name: "Alerts", dependencies: ["Pipeline", "ConfigFile", "Community"]),
    .target(name: "Orders", dependencies: ["Pipeline", "ConfigFile", "Community", "Alerts"]),
    .target(name: "Reports", dependencies: ["Pipeline", "Community", "Rules", "Alerts", "Orders"]),
    .target(
      name: "Notify",
      dependencies: [
        "Words", "CCurl", "Pipeline", "ConfigFile", "Community", "Alerts", crypto, httpClient, logging, nioCore,
        nioHTTP1,
      ]),
    .target(
      name: "Store",
      dependencies: ["Words", "Pipeline", "Community", "Alerts", "Orders", "Notify", crypto, grdb]),
    .target(
      name: "API",
      dependencies: [
        "Pipeline", "ConfigFile", "Community", "Alerts", "Orders", asyncAlgorithms, hummingbird, hummingbirdCore,
        logging, nioCore, nioHTTP1, lifecycle,
      ],
      resources: [
        .embedInCode("Page/console.html"), .embedInCode("Page/console.css"), .embedInCode("Page/console.js"),
        .embedInCode("Page/sign-in.html"), .embedInCode("Page/sign-in.js"),
      ]),
    .target(name: "Simulator", dependencies: ["Pipeline", "ConfigFile", "Community", "MQTT"]),
    .target(
      name: "App",
      dependencies: [
        "CMemory", "MQTT", "Pipeline", "ConfigFile", "Community", "Rules", "Alerts", "Orders", "Reports", "Notify",
        "Store",
        "API", "Simulator",
        hummingbird, lifecycle, logging,
      ]),
    .executableTarget(
      name: "linli",
      dependencies: [
        "CMemory", "App", "API", "Reports", "Rules", "Community", "ConfigFile", "Alerts", "Orders", "Pipeline",
        "Simulator",
        argumentParser,
        httpClient, logging, nioCore,
      ]),

    // MARK: - Tests
    .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
    .target(name: "TestSupport", dependencies: ["Words", "Pipeline", "CSpawn", crypto], path: "Tests/TestSupport"),
    .testTarget(name: "MQTTTests", dependencies: ["MQTT", "CMosquitto", "Pipeline", "TestSupport", logging]),
    .target(name: "CAllocationCount", path: "Tests/CAllocationCount"),
    .testTarget(name: "PipelineTests", dependencies: ["Pipeline", "TestSupport", "CAllocationCount"]),
    .testTarget(name: "ConfigFileTests", dependencies: ["Words", "ConfigFile", "TestSupport"]),
    .testTarget(name: "CommunityTests", dependencies: ["Community", "ConfigFile", "Pipeline", "TestSupport"]),
    .testTarget(
      name: "RulesTests", dependencies: ["Words", "Rules", "Community", "ConfigFile", "Pipeline", "TestSupport"]),
    .testTarget(
      name: "AlertsTests", dependencies: ["Words", "Alerts", "Community", "ConfigFile", "Pipeline", "TestSupport"]),
    .testTarget(
      name: "OrdersTests", dependencies: ["Orders", "Alerts", "Community", "ConfigFile", "Pipeline", "TestSupport"]),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["Reports", "Alerts", "Orders", "Rules", "Community", "ConfigFile", "Pipeline", "TestSupport"]),
    .testTarget(
      name: "NotifyTests",
      dependencies: ["Words", "Notify", "Alerts", "Community", "ConfigFile", "Pipeline", "TestSupport", logging]),
    .testTarget(
      name: "StoreTests",
      dependencies: [
        "Words", "Store", "Alerts", "Orders", "Community", "ConfigFile", "Notify", "Pipeline", "TestSupport", grdb,
        logging,
      ]),
    .testTarget(
      name: "APITests",
      dependencies: [
        "API", "Alerts", "Orders", "Community", "Pipeline", "TestSupport", hummingbird, hummingbirdTesting, logging,
        lifecycle,
      ]),
    .testTarget(
      name: "SimulatorTests",
      dependencies: ["Simulator", "Notify", "Rules", "Community", "ConfigFile", "Pipeline", "TestSupport"]),
    .testTarget(
      name: "AppTests",
      dependencies: [
        "Words", "App", "API", "Alerts", "Orders", "Reports", "Notify", "Rules", "Community", "ConfigFile", "Pipeline",
        "Store", "MQTT",
        "TestSupport", logging,
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ]),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "App", "MQTT", "CMosquitto", "Store", "Alerts", "Notify", "Orders", "Community", "ConfigFile", "Pipeline",
        "TestSupport", logging, grdb,
      ]),
    .target(name: "CClockAhead", path: "Tests/CClockAhead"),
    .testTarget(name: "EndToEndTests", dependencies: ["TestSupport", "App", "Pipeline", "Notify", hummingbird]),

    // MARK: - Fuzzing: the targets, whose corpora the tests run; Fuzz/build.sh makes the fuzzer of them
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Words", "Pipeline", "ConfigFile", "Community", "Rules", "Alerts", "Orders", "Notify", "App", "Store",
      ],
      path: "Fuzz/Targets"),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets"]),

    // MARK: - Benchmarks
    .executableTarget(
      name: "linli-bench",
      dependencies: [
        "App", "Alerts", "ConfigFile", "MQTT", "Pipeline", "Store", "CMemory", "CMosquitto", "CSimdjson",
        "CAllocationCount", "TestSupport",
        argumentParser, grdb, logging, yams,
      ],
      path: "Benchmarks/linli-bench"),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)

// One set of strict rules for every Swift target; what a warning could say is said as an error.
for target in package.targets
where target.type != .system
  && !["CSimdjson", "CPrefetch", "CCurl", "CAllocationCount", "CClockAhead"].contains(target.name)
{
  target.swiftSettings = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}

// The dynamic half of Swift's exclusivity checks costs a third of the core's time. They stay on in debug builds, where the
// tests run; the static half stays everywhere.
for target in package.targets where ["Pipeline", "MQTT", "App"].contains(target.name) {
  target.swiftSettings?.append(.unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)))
}
