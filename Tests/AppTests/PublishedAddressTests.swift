import App
import Testing

/// Whether people come by https, as linli.yaml has it.
struct PublishedAddressTests {
  @Test(arguments: [
    ("{listen: off}", false), ("{public_url: \"http://192.168.1.5\"}", false),
    ("{public_url: \"https://linli.example.org\"}", true), ("{external_url: \"HTTPS://linli.example.org\"}", true),
    ("{external_url: \"http://192.168.1.5:8080\", public_url: \"https://linli.example.org\"}", true),
  ])
  func peopleComeByHTTPS(http: String, isHTTPS: Bool) throws {
    let community = try SmallCommunity()
    try community.write(
      "linli.yaml", "mqtt:\n  - {url: \"mqtt://127.0.0.1:1883\", client_id: a, subscribe: [\"a/#\"]}\nhttp: \(http)")
    let configuration = community.load()
    #expect(!configuration.hasErrors && configuration.settings.isPublishedAsHTTPS == isHTTPS)
  }
}
