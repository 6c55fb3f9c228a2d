package import ConfigFile
import Foundation

/// The profiles of all folders of the search path: the configuration's own `devices/`, then the installed ones.
package struct ProfileLibrary: Sendable {
  /// By name.
  package let profiles: [DeviceProfile]
  private let indexByName: [String: Int]

  package init(_ profiles: [DeviceProfile]) {
    self.profiles = profiles.sorted { $0.name < $1.name }
    indexByName = Dictionary(
      zip(self.profiles.map(\.name), self.profiles.indices), uniquingKeysWith: { first, _ in first })
  }

  package subscript(name: String) -> DeviceProfile? { index(of: name).map { profiles[$0] } }

  package func index(of name: String) -> Int? { indexByName[name] }

  /// Reads every `*.yaml` below the folders. A name that an earlier folder has hides the later one; twice in one folder is
  /// an error. A folder that does not exist has none.
  package static func load(folders: [String], log: ProblemLog) -> ProfileLibrary {
    var found: [String: (profile: DeviceProfile, folder: Int)] = [:]
    for (index, folder) in folders.enumerated() {
      for path in files(below: folder) {
        guard let node = ConfigReader.load(path, log: log), let profile = ProfileReader.read(node, log: log) else {
          continue
        }
        if let other = found[profile.name] {
          guard other.folder == index else { continue }
          let place = "\(other.profile.location.file):\(other.profile.location.line)"
          log.error(
            at: profile.location, zh: "设备模板“\(profile.name)”写了两次；第一次在 \(place)",
            en: "profile \"\(profile.name)\" is there twice; the first is \(place)")
        } else {
          found[profile.name] = (profile, index)
        }
      }
    }
    return ProfileLibrary(found.values.map(\.profile))
  }

  /// Sorted, so that problems and precedence are the same each time.
  private static func files(below folder: String) -> [String] {
    guard let paths = FileManager.default.enumerator(atPath: folder) else { return [] }
    return paths.compactMap { $0 as? String }
      .filter { ($0.hasSuffix(".yaml") || $0.hasSuffix(".yml")) && !$0.contains("/.") && !$0.hasPrefix(".") }
      .sorted().map { folder.hasSuffix("/") ? folder + $0 : folder + "/" + $0 }
  }
}
