import API
import App
import ArgumentParser
import CMemory
import Community
import Foundation
import Logging
import UnixSignals

struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The service in the foreground; SIGTERM stops it, SIGHUP reads the configuration again.")

  @Option(help: "Directory of the configuration (default: LINLI_CONFIG, else /etc/linli, else ./config).")
  var config: String?
  @Option(help: "Directory for journal, alerts and keys (default: LINLI_DATA, else /var/lib/linli, else ./data).")
  var data: String?
  @Option(help: "Unix socket for the command line (default: the system's runtime directory, else DATA/linli.sock).")
  var socket: String?
  @Option(help: "trace, debug, info, notice, warning, error or critical.")
  var logLevel = "info"

  func validate() throws {
    if Logger.Level(rawValue: logLevel) == nil {
      let levels = Logger.Level.allCases.map(\.rawValue)
      throw ValidationError(
        zh: "--log-level：“\(logLevel)”不是 \(levels.joined(separator: "、")) 之一",
        en: "--log-level: '\(logLevel)' is none of \(levels.joined(separator: ", "))")
    }
  }

  func run() async throws {
    linli_keep_large_arrays_apart()
    // What the service keeps is about people; nothing of it is for others on this machine.
    umask(umask(0o077) | 0o027)
    Self.raiseDescriptorLimit()
    let level = Logger.Level(rawValue: logLevel) ?? .info
    LoggingSystem.bootstrap { label in
      var handler = StreamLogHandler.standardError(label: label)
      handler.logLevel = level
      return handler
    }
    let data = ServiceLocations.data(data)
    let options = CommunityService.Options(
      config: ServiceLocations.config(config), data: data,
      socket: ServiceLocations.listenSocket(explicit: socket, data: data))
    let service: CommunityService
    do {
      service = try await CommunityService(options, logger: Logger(label: "linli"))
    } catch let refusal as CommunityService.ConfigurationRefused {
      Terminal.show(refusal.problems)
      throw CommandFailure(
        .problem, zh: "\(options.config) 中的配置有错误；`linli check` 会逐条列出",
        en: "the configuration in \(options.config) has errors; `linli check` names them")
    } catch {
      throw CommandFailure(.problem, LocalizedText(of: error))
    }
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await Self.reloadOnHangUp(service) }
        try await service.run(signals: [.sigterm, .sigint])
        group.cancelAll()
      }
    } catch {
      let reason = LocalizedText(of: error)
      throw CommandFailure(.problem, zh: "服务已结束：\(reason.zh)", en: "the service ended: \(reason.en)")
    }
  }

  /// As many files and connections as the system allows this process: the usual 1,024 are for programs that use select(2).
  private static func raiseDescriptorLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, 65_536))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private static func reloadOnHangUp(_ service: CommunityService) async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup) {
      // What is wrong with a refused configuration has been logged; the old one goes on.
      _ = try? await service.reload()
    }
  }
}
