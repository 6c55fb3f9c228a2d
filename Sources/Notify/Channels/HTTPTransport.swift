// One HTTP request with a deadline: the seam between the channels and the network.

package protocol HTTPTransport: Sendable {
  /// Throws what kept the answer from coming: no connection, a bad certificate, the deadline.
  func request(
    _ method: String, _ url: String, headers: [(String, String)], body: [UInt8]
  ) async throws -> HTTPAnswer
}

extension HTTPTransport {
  package func post(_ url: String, headers: [(String, String)], body: [UInt8]) async throws -> HTTPAnswer {
    try await request("POST", url, headers: headers, body: body)
  }
}
