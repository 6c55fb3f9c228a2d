import Foundation

/// The default places of configuration, data and socket: the system's where they exist, else below the current folder.
enum ServiceLocations {
  static func config(_ explicit: String?, environment: [String: String] = ProcessInfo.processInfo.environment) -> String
  {
    if let path = explicit ?? environment["LINLI_CONFIG"] { return path }
    return FileManager.default.fileExists(atPath: "/etc/linli/linli.yaml") ? "/etc/linli" : "config"
  }

  static func data(_ explicit: String?, environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    if let path = explicit ?? environment["LINLI_DATA"] { return path }
    return FileManager.default.isWritableFile(atPath: "/var/lib/linli") ? "/var/lib/linli" : "data"
  }

  /// Where a client looks: what it was told, the system's socket, that of the data directory.
  static func socket(explicit: String?, data: String?, environment: [String: String]) -> String {
    if let explicit { return explicit }
    let system = "/run/linli/linli.sock"
    if data == nil, FileManager.default.fileExists(atPath: system) { return system }
    return Self.data(data, environment: environment) + "/linli.sock"
  }

  /// Where a service listens: what it was told, the runtime directory that systemd made, the data directory.
  static func listenSocket(explicit: String?, data: String) -> String {
    if let explicit { return explicit }
    if let runtime = ProcessInfo.processInfo.environment["RUNTIME_DIRECTORY"] { return runtime + "/linli.sock" }
    return data + "/linli.sock"
  }
}
