import Hummingbird

/// `/`: the live page, with its style and script. The files are part of the executable.
struct PageRoutes {
  func add(to router: Router<BasicRequestContext>) {
    router.get("/") { _, _ in Self.page(PackageResources.console_html) }
    router.get("/console.css") { _, _ in Self.file(PackageResources.console_css, type: "text/css; charset=utf-8") }
    router.get("/console.js") { _, _ in Self.script(PackageResources.console_js) }
  }

  /// Only what this service serves runs on the page.
  static func page(_ bytes: [UInt8]) -> Response {
    var response = file(bytes, type: "text/html; charset=utf-8")
    response.headers[.contentSecurityPolicy] =
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
    response.headers[.xContentTypeOptions] = "nosniff"
    return response
  }

  static func script(_ bytes: [UInt8]) -> Response { file(bytes, type: "text/javascript; charset=utf-8") }

  private static func file(_ bytes: [UInt8], type: String) -> Response {
    Response(
      status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
      body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
