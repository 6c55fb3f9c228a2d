import Foundation
import Hummingbird
import Logging
import ServiceLifecycle

/// The demo's receiver of notifications: stands for a staff chat group, hands each webhook's summary on.
struct DemoHook: Sendable {
  /// What a notification said.
  struct Notice: Sendable {
    var status: String
    var summary: String
    var place: String
  }

  private struct Document: Decodable {
    var status: String
    var commonAnnotations: [String: String]
  }

  let take: @Sendable (Notice) -> Void

  func service(port: Int) -> any Service {
    let router = Router()
    router.post("/hook") { [take] request, _ -> HTTPResponse.Status in
      let body = try await request.body.collect(upTo: 1 << 20)
      if let document = try? JSONDecoder().decode(Document.self, from: Data(body.readableBytesView)) {
        let notes = document.commonAnnotations
        take(Notice(status: document.status, summary: notes["summary"] ?? "", place: notes["place_name"] ?? ""))
      }
      return .ok
    }
    var quiet = Logger(label: "hook")
    quiet.logLevel = .critical
    return Application(
      responder: router.buildResponder(), configuration: .init(address: .hostname("127.0.0.1", port: port)),
      logger: quiet)
  }
}
