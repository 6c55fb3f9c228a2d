// Words of deliveries that more than one channel needs. What a receiver answers stands as it came; what Linli says of it is in both
// languages.
import Words

extension LocalizedText {
  /// What kept an answer from coming.
  init(withoutAnswer error: any Error) {
    let reason = NetworkReason.text(error)
    self.init(zh: "没有应答：\(reason.zh)", en: "no answer: \(reason.en)")
  }

  /// An answer that came from something else than the service that was asked.
  /// - Parameter lacking: what the service's own answers have.
  init(strangerThan service: LocalizedText, lacking: String, _ answer: HTTPAnswer) {
    self.init(
      zh: "应答不是来自\(service.zh)（HTTP \(answer.status)，没有 \(lacking)）",
      en: "the answer is not \(service.en)'s (HTTP \(answer.status), no \(lacking))")
  }

  /// A code of a service, with its own words for it.
  init(code: Int, _ said: String, bytes: Int = 300) {
    let words = said.isEmpty ? LocalizedText("") : LocalizedText(zh: "：\(said)", en: ": \(said)")
    self.init(
      zh: TextLimit.shorten("错误码 \(code)\(words.zh)", bytes: bytes),
      en: TextLimit.shorten("code \(code)\(words.en)", bytes: bytes))
  }

  /// A message that cannot be put in the form that the channel wants.
  init(unencodable error: any Error) {
    let reason = LocalizedText(of: error)
    self.init(zh: "消息无法编码：\(reason.zh)", en: "the message cannot be encoded: \(reason.en)")
  }
}
