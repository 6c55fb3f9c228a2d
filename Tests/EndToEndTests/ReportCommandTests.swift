import Foundation
import TestSupport
import Testing

/// `linli report` with the real service: every kind and format, twice the same bytes, words for what cannot be.
@Suite(.serialized)
struct ReportCommandTests {
  @Test func reportsOverTheSocket() throws {
    let folder = try TemporaryDirectory()
    let broker = try MosquittoBroker()
    let community = try TestCommunity(in: folder.url, brokerPort: broker.port, hookPort: 9)
    let service = LinliProcess(config: community.config, data: community.data)
    try service.start()
    func report(_ arguments: String...) throws -> (code: Int32, output: String, error: String) {
      let result = try LinliProcess.run(["report"] + arguments + ["--socket", service.socket])
      return (Int32(result.code), result.output, result.error)
    }
    for kind in ["assessment", "kpi", "availability"] {
      let markdown = try report(kind, "--lang", "zh")
      #expect(markdown.code == 0 && markdown.output.hasPrefix("# 20") && markdown.output.contains("## "), "\(markdown)")
      #expect(try report(kind, "--lang", "zh").output == markdown.output)
      let html = try report(kind, "--format", "html", "--lang", "en")
      #expect(html.output.hasPrefix("<!DOCTYPE html>") && html.output.hasSuffix("</html>\n"))
      let csv = try report(kind, "--format", "csv", "--place", "yihe", "--lang", "en")
      #expect(csv.output.unicodeScalars.first == "\u{FEFF}" && csv.output.contains("\r\n"))
      let json = try JSONSerialization.jsonObject(with: Data(try report(kind, "--json").output.utf8))
      #expect((json as? [String: Any])?["kind"] as? String == kind)
    }
    let future = try report("kpi", "--month", "2999-01")
    #expect(future.code == 1 && future.error.contains("2999-01 has not begun yet") && future.output.isEmpty)
    let nowhere = try report("kpi", "--place", "nowhere")
    #expect(nowhere.code == 1 && nowhere.error.contains("there is no place 'nowhere'"))
    service.kill()
  }
}
