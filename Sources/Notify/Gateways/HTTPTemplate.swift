// `kind: http`: any service that takes a message over HTTP. Address, headers and body are templates with {{fields}}; a JSON
// Pointer or the status says whether it was taken.
package import ConfigFile
import Foundation
import Pipeline
import Words

package struct HTTPTemplate: Sendable {
  package enum Method: String, Sendable, CaseIterable { case POST, PUT, GET }

  /// What an answer must hold to count as taken; without one the HTTP status decides.
  package struct Success: Sendable, Equatable {
    /// RFC 6901.
    package var pointer: String
    package var equals: String

    package init(pointer: String, equals: String) {
      self.pointer = pointer
      self.equals = equals
    }
  }

  package var method: Method
  package var headers: [(name: String, value: Secret)]
  package var body: Secret
  package var success: Success?

  package init(
    method: Method = .POST, headers: [(name: String, value: Secret)] = [], body: Secret = Secret(""),
    success: Success? = nil
  ) {
    self.method = method
    self.headers = headers
    self.body = body
    self.success = success
  }

  /// What may stand between the braces.
  package static let fields = Template.Field.allCases.map(\.rawValue) + ["text", "to"]

  /// How values are written so that they cannot leave their place.
  enum Escape: Sendable {
    case none, json, url, xml
    /// Within `<![CDATA[` … `]]>`.
    case cdata

    /// That of a body of this `Content-Type`.
    init(contentType: String) {
      let type = contentType.lowercased()
      let media = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
      if type.contains("json") {
        self = .json
      } else if type.contains("x-www-form-urlencoded") {
        self = .url
      } else if media.hasSuffix("xml") || media == "text/html" {
        self = .xml
      } else {
        self = .none
      }
    }
  }

  /// The first name between double braces that is no field; nil: all are.
  package static func unknownField(in source: String) -> String? {
    var unknown: String?
    _ = fill(source, .none) { name in
      if !fields.contains(name) && unknown == nil { unknown = name }
      return ""
    }
    return unknown
  }

  static func fill(_ source: String, _ escape: Escape, _ value: (String) -> String) -> String {
    var result = ""
    var rest = source[...]
    while let open = rest.range(of: "{{") {
      result += rest[..<open.lowerBound]
      guard let close = rest.range(of: "}}", range: open.upperBound..<rest.endIndex) else {
        return result + String(rest[open.lowerBound...])
      }
      let name = rest[open.upperBound..<close.lowerBound].trimmingCharacters(in: .whitespaces)
      // Braces of a JSON body that hold no name are what they are.
      if name.isEmpty || !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0 == "_") }) {
        result += "{"
        rest = rest[rest.index(after: open.lowerBound)...]
        continue
      }
      result += Self.escape(value(name), escape == .xml && endsInCDATA(result) ? .cdata : escape)
      rest = rest[close.upperBound...]
    }
    return result + String(rest)
  }

  static func escape(_ text: String, _ escape: Escape) -> String {
    switch escape {
    case .none: return text
    case .url: return PercentEncoding.encode(text)
    case .json:
      guard let data = try? JSONEncoder().encode(text) else { return "" }
      return String(decoding: data.dropFirst().dropLast(), as: UTF8.self)
    case .xml, .cdata: return xml(text, inCDATA: escape == .cdata)
    }
  }

  /// Scalar by scalar, as parsers read it; what XML 1.0 (section 2.2) cannot hold in any form is left out.
  private static func xml(_ text: String, inCDATA: Bool) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      // Nothing but "]]>" means anything here; no two of its characters may come together, whatever stands behind the value.
      case "]" where inCDATA: result += "]]]><![CDATA["
      case "&" where !inCDATA: result += "&amp;"
      case "<" where !inCDATA: result += "&lt;"
      case ">" where !inCDATA: result += "&gt;"
      case "\"" where !inCDATA: result += "&quot;"
      case "'" where !inCDATA: result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": break
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func endsInCDATA(_ text: String) -> Bool {
    guard let open = text.range(of: "<![CDATA[", options: [.backwards, .literal]) else { return false }
    return text.range(of: "]]>", options: .literal, range: open.upperBound..<text.endIndex) == nil
  }
}

enum PercentEncoding {
  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

  /// RFC 3986: everything but the unreserved characters.
  static func encode(_ text: String) -> String { text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "" }

  /// `a=1&b=2` in the order of the names, as the clouds' signatures want it.
  static func query(_ items: [String: String]) -> String {
    items.sorted { $0.key < $1.key }.map { "\(encode($0.key))=\(encode($0.value))" }.joined(separator: "&")
  }
}

struct HTTPTemplateWay: GatewayWay {
  let template: HTTPTemplate
  let url: String
  let transport: any HTTPTransport

  private var usesReceiver: Bool { (url + template.body.value).contains(/\{\{\s*to\s*\}\}/) }
  var takesAll: Bool { !usesReceiver }

  func send(_ draft: GatewayDraft, to receivers: [String], now: Timestamp) async throws -> DeliveryResult {
    let type = template.headers.first { $0.name.lowercased() == "content-type" }?.value.value ?? "application/json"
    let escape = HTTPTemplate.Escape(contentType: type)
    var fields = draft.fields
    fields["to"] = receivers.first
    let address = HTTPTemplate.fill(url, .url) { fields[$0] ?? "" }
    let body = HTTPTemplate.fill(template.body.value, escape) { fields[$0] ?? "" }
    var headers = template.headers.map { header in
      // A value can break no line of the head.
      (header.name, HTTPTemplate.fill(header.value.value, .none) { TextStyle.plain.escape(fields[$0] ?? "") })
    }
    if !headers.contains(where: { $0.0.lowercased() == "content-type" }) {
      headers.append(("Content-Type", "application/json; charset=utf-8"))
    }
    let answer = try await transport.request(
      template.method.rawValue, address, headers: headers, body: template.method == .GET ? [] : Array(body.utf8))
    let judged = AnswerJudge.judge(answer, now: now)
    guard judged == .delivered, let success = template.success else { return judged }
    let found = JSONAnswer(answer.body)[success.pointer]
    if found == success.equals { return .delivered }
    let (pointer, wanted) = (success.pointer, success.equals)
    guard let found else {
      return .retry(
        after: nil,
        reason: LocalizedText(
          zh: "应答中没有 \(pointer)，应为 \(wanted)", en: "\(pointer) is missing, not \(wanted)"))
    }
    let value = TextLimit.shorten(found, bytes: 100)
    return .retry(
      after: nil,
      reason: LocalizedText(
        zh: "应答中 \(pointer) 是 \(value)，应为 \(wanted)", en: "\(pointer) is \(value), not \(wanted)"))
  }
}
