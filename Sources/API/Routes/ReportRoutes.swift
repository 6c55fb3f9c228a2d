import Foundation
import Hummingbird

/// `GET /api/v1/reports/{kind}[?month=2026-05&place=&format=html|csv|md|json&lang=zh|en]`: kind is assessment, kpi or
/// availability.
struct ReportRoutes {
  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/reports/:kind") { request, context -> Response in
      let file = try await backend.report(
        ReportSelection(
          kind: try context.step("kind"), month: request.query("month"), place: request.query("place"),
          format: request.query("format") ?? "json", language: request.language))
      var response = Response(
        status: .ok, headers: [.contentType: file.contentType, .cacheControl: "no-store"],
        body: .init(byteBuffer: ByteBuffer(string: file.text)))
      response.headers[.contentDisposition] = "inline; filename=\"\(file.name)\""
      response.headers[.contentSecurityPolicy] = "default-src 'none'; style-src 'unsafe-inline'"
      response.headers[.xContentTypeOptions] = "nosniff"
      return response
    }
  }
}
