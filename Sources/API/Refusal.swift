// Why a request gets no answer, in both languages; which one the reader gets, the request says.
import Community
import Hummingbird
import NIOCore

/// What a route does not answer.
struct Refusal: Error, Equatable {
  var status: HTTPResponse.Status
  var detail: LocalizedText

  init(_ status: HTTPResponse.Status, _ detail: LocalizedText) {
    self.status = status
    self.detail = detail
  }

  init(_ status: HTTPResponse.Status, zh: String, en: String) {
    self.init(status, LocalizedText(zh: zh, en: en))
  }
}

extension Refusal {
  /// What any error comes to.
  init(_ error: any Error) {
    switch error {
    case let refusal as Refusal: self = refusal
    case let error as BackendError: self.init(error.kind.status, error.message)
    case let error as MethodNotAllowed:
      self.init(
        .methodNotAllowed, zh: "这个路径只支持 \(error.allowed)", en: "this path answers \(error.allowed) and nothing else")
    case let error as NIOTooManyBytesError:
      let most = error.maxBytes.map { LocalizedText(zh: "；最多 \($0) 字节", en: "; at most \($0) bytes") }
      self.init(
        .contentTooLarge, zh: "请求正文太大\(most?.zh ?? "")", en: "the body is too large\(most?.en ?? "")")
    case let error as HTTPError where error.status == .notFound:
      self.init(.notFound, zh: "没有这个路径", en: error.body ?? error.status.reasonPhrase)
    case let error as HTTPError:
      let reason = error.body ?? error.status.reasonPhrase
      self.init(error.status, zh: "请求有误：\(reason)", en: reason)
    case let error as any WordedError: self.init(.internalServerError, error.text)
    default: self.init(.internalServerError, zh: "服务内部出错：\(error)", en: "\(error)")
    }
  }
}

extension BackendError.Kind {
  fileprivate var status: HTTPResponse.Status {
    switch self {
    case .notFound: .notFound
    case .invalid: .badRequest
    case .conflict: .conflict
    case .unavailable: .serviceUnavailable
    case .tooMany: .tooManyRequests
    case .tooLarge: .contentTooLarge
    }
  }
}
