import Foundation
import Hummingbird

/// `/sign-in`: the one page that answers without a credential; the access key becomes a session cookie.
struct SignInRoutes {
  let access: Access

  func add(to router: Router<BasicRequestContext>) {
    router.get("/sign-in") { request, _ -> Response in
      // A link with the key, as the demo prints it, signs in at once and leaves the key out of the next address.
      if let key = request.query("key") { return signIn(key, by: request) }
      return PageRoutes.page(PackageResources.sign_in_html)
    }
    router.get("/sign-in.js") { _, _ in PageRoutes.script(PackageResources.sign_in_js) }
    router.post("/sign-in") { request, _ -> Response in
      let buffer = try await request.wholeBody(upTo: 4_096)
      let form = URLComponents(string: "?" + String(buffer: buffer).replacingOccurrences(of: "+", with: "%20"))
      return signIn(form?.queryItems?.first { $0.name == "key" }?.value ?? "", by: request)
    }
  }

  private func signIn(_ key: String, by request: Request) -> Response {
    guard let cookie = access.signIn(key: key, by: request) else {
      var response = PageRoutes.page(PackageResources.sign_in_html)
      response.status = .unauthorized
      response.headers[.wwwAuthenticate] = Access.challenge
      return response
    }
    var response = Response.redirect(to: "/", type: .normal)
    response.setCookie(cookie)
    return response
  }
}
