// What people do to alerts and orders: to which ones, who, why.
import API
import ArgumentParser
import Community
import Foundation

struct ActionOptions: ParsableArguments {
  @Argument(help: "Ids; several for several.")
  var ids: [String]
  @Option(help: "Who does it (default: the user of this shell).")
  var by: String?
  @Option(help: "A remark or reason for the story.")
  var comment: String?
  @OptionGroup var service: ServiceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if ids.isEmpty || ids.contains("") {
      throw ValidationError(
        zh: "请至少写一个编号（见 `linli alerts` 和 `linli orders`）",
        en: "name at least one id (see `linli alerts` and `linli orders`)")
    }
  }

  /// Sends the same request to each of them.
  /// - Parameter collection: `alerts` or `orders`.
  /// - Parameter line: what people see of each that was done.
  func send<Answer: Codable>(
    _ request: some Encodable, to collection: String, as type: Answer.Type, line: (Answer) -> String
  ) async throws {
    let client = ServiceClient(service)
    try await output.each(ids, line: line) { id in
      try await client.post(
        "/api/v1/\(collection)/\(ServiceClient.step(id))/actions?lang=\(output.language.rawValue)", request, as: type)
    }
  }
}

extension OutputOptions {
  /// Does the same to each id and shows the answers; goes on after a failure and tells all of them at the end.
  func each<Answer: Encodable>(
    _ ids: [String], line: (Answer) -> String, _ action: (_ id: String) async throws -> Answer
  ) async throws {
    var failures: [String] = []
    var done: [Answer] = []
    for id in ids {
      do {
        let answer = try await action(id)
        done.append(answer)
        if !json { Terminal.line(line(answer)) }
      } catch let failure as CommandFailure where failure.code == .problem {
        failures.append(LocalizedText(failure.message).of(id)[language])
      }
    }
    if json { try Terminal.json(done) }
    if !failures.isEmpty { throw CommandFailure(.problem, failures.joined(separator: "\nlinli: ")) }
  }
}

/// Who types.
enum Person {
  static func name(_ given: String?) -> String {
    given ?? ProcessInfo.processInfo.environment["SUDO_USER"] ?? NSUserName()
  }
}
