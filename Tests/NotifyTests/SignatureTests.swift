// Fixed vectors, computed with Python's hmac and hashlib.
import Notify
import Testing

@Suite struct SignatureTests {
  @Test func dingTalk() {
    #expect(
      Signature.dingTalk(milliseconds: 1_767_582_000_123, secret: "SECabcdef0123456789")
        == "Rc6nJA6%2F9mDL2Ee44G0SqcLyAs0Jk%2B9C9RscVxKfzNo%3D")
  }

  @Test func feishu() {
    #expect(
      Signature.feishu(seconds: 1_767_582_000, secret: "feishu-Secret_42")
        == "CLda6AIydQDhpWysicP8W8WCCmEEWZELOcKRqXI7NNU=")
  }

  @Test func webhook() {
    #expect(
      Signature.webhook(body: Array("{\"version\":\"4\"}".utf8), secret: "钥匙")
        == "sha256=0247f990bbe6c0d1a8ebcef2ee35647d7977545e9cd7375f4170cd2a09782577")
  }

  @Test func fingerprint() {
    #expect(
      WebhookDocument.fingerprint(of: ["place": "hedong/301", "alertname": "care-room-cold"]) == "a01b899540048b35")
  }
}
