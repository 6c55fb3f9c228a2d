import API
import App
import ArgumentParser
import Community
import UnixSignals

struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "The whole demonstration on loopback: broker, simulated community, service, page.")

  @Option(help: "Directory of the example configuration.")
  var config = "config"
  @Option(
    help: """
      Directory for everything that the demonstration writes: a new or empty one, or that of an earlier demonstration, \
      which is emptied.
      """)
  var data = "data/demo"
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let demo = App.Demo(config: config, data: data, language: output.language) { Terminal.line($0) }
    do { try await demo.run(signals: [.sigint, .sigterm]) } catch {
      throw CommandFailure(.problem, LocalizedText(of: error))
    }
  }
}
