// A connection on which a request may not take for ever to arrive. Hummingbird's own idle time ends one on which nothing comes; a byte
// a minute would keep it.
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// HTTP/1.1 as Hummingbird speaks it, with a watch on both sides of its decoder: before it to see the first byte, behind it
/// to see the end.
struct WatchedChannel: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  let http: HTTP1Channel
  /// The length of a stretch of `RequestProgress`.
  let stretch: TimeAmount
  let connections: ListenerConnections

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    let made = http.setup(channel: channel, logger: logger)
    do { try watch(channel) } catch { return channel.eventLoop.makeFailedFuture(error) }
    return made
  }

  func handle(value: Value, logger: Logger) async { await http.handle(value: value, logger: logger) }

  private func watch(_ channel: any Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
    let watch = RequestWatch(stretch: stretch, connections: connections)
    try pipeline.addHandler(BytesHandler(watch), position: .before(decoder))
    try pipeline.addHandler(PartsHandler(watch), position: .after(decoder))
  }
}

/// Of one connection; used on its event loop only.
private final class RequestWatch {
  private let stretch: TimeAmount
  private let connections: ListenerConnections
  private var progress = RequestProgress()
  private var timer: Scheduled<Void>?

  init(stretch: TimeAmount, connections: ListenerConnections) {
    self.stretch = stretch
    self.connections = connections
  }

  /// Something passes; the clock runs while it has to.
  func note(_ context: ChannelHandlerContext, _ change: (inout RequestProgress) -> Void) {
    change(&progress)
    if !progress.isWaiting {
      stop()
    } else if timer == nil {
      start(context)
    }
  }

  func stop() {
    timer?.cancel()
    timer = nil
  }

  private func start(_ context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: stretch) {
      self.timer = nil
      switch self.progress.stretchIsOver() {
      case .patience: self.start(context)
      case .cut:
        self.connections.cut()
        context.close(promise: nil)
      }
    }
  }
}

private final class BytesHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let watch: RequestWatch

  init(_ watch: RequestWatch) { self.watch = watch }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let bytes = unwrapInboundIn(data).readableBytes
    watch.note(context) { $0.received(bytes: bytes) }
    context.fireChannelRead(data)
  }

  func channelInactive(context: ChannelHandlerContext) {
    watch.stop()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { watch.stop() }
}

private final class PartsHandler: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let watch: RequestWatch

  init(_ watch: RequestWatch) { self.watch = watch }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head: watch.note(context) { $0.receivedHead() }
    case .body: break
    case .end: watch.note(context) { $0.receivedEnd() }
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { watch.note(context) { $0.answered() } }
    context.write(data, promise: promise)
  }
}
