// What leaves: acknowledgements, publications, answers to subscriptions.
import CMosquitto
import Glibc
import Logging

extension ConnectionLoop {
  /// Writes what the library has queued, the acknowledgements of a batch among it. Never called while something is
  /// uncommitted.
  func flush() {
    guard hold == nil, client.wantsToWrite else { return }
    errno = 0
    take(client.write())
    outputIsEmpty = !client.wantsToWrite
  }

  /// Hands what other threads queued to the library.
  func takePublications() {
    guard phase == .open, hold == nil else { return }
    for publication in shared.takeQueue() {
      let (code, id) = client.publish(
        publication.topic, publication.payload, qos: publication.qos, retain: publication.retain)
      if code == MOSQ_ERR_SUCCESS.code {
        pending[id] = publication
      } else {
        complete(publication, .failure(.refused(LibraryWords.error(code))))
      }
    }
  }

  /// Written (QoS 0) or answered by the broker (QoS 1).
  func acknowledged(_ id: CInt, _ code: CInt) {
    guard let publication = pending.removeValue(forKey: id) else { return }
    if code >= 128 {
      complete(publication, .failure(.refused(LibraryWords.reason(code))))
    } else {
      complete(publication, .success(()))
    }
  }

  func complete(_ publication: Publication, _ result: Result<Void, PublishFailure>) {
    if case .success = result { counters.published += 1 } else { counters.publishFailures += 1 }
    shared.finished(publication)
    publication.completed(result)
  }

  /// The library drops unwritten QoS 0 messages when a connection ends, and sends QoS 1 again on the next.
  func failWritten() {
    for (id, publication) in pending where publication.qos == 0 {
      pending[id] = nil
      complete(publication, .failure(.connectionLost))
    }
    subscriptions = [:]
    rejected = []
  }

  /// SUBACK: a reason code for each filter of one subscribe packet.
  func subscribed(_ id: CInt, _ granted: [CInt]) {
    guard let filters = subscriptions.removeValue(forKey: id) else { return }
    for (filter, code) in zip(filters, granted) where filter != settings.statusTopic {
      if code >= 128 {
        let words = code == 128 ? "refused" : LibraryWords.reason(code)
        rejected.append(RejectedSubscription(filter: filter, reason: words))
      } else if code < CInt(settings.qos) {
        logger.warning("subscription granted with a lower qos", metadata: ["topic": "\(filter)", "qos": "\(code)"])
      }
    }
    guard subscriptions.isEmpty, case .connected(let present) = shared.status.state else { return }
    set(.subscribed(sessionPresent: present, rejected: rejected))
  }
}
