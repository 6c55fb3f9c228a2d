import Community
import ConfigFile
import Testing

/// Adopted devices are added to the text of devices.yaml; nothing else in it moves.
@Suite struct DeviceFileTests {
  private let device = Device(
    id: "new-1", profile: "em300", place: "hedong/b3", match: ["device": "24e1"], location: SourceLocation(file: ""))
  private let item = #"{id: new-1, profile: em300, place: hedong/b3, match: {device: "24e1"}}"#

  @Test(arguments: [
    ("", "devices:\n  - ITEM\n"),
    ("# mine\n", "# mine\ndevices:\n  - ITEM\n"),
    ("devices: []\n", "devices:\n  - ITEM\n"),
    ("devices:\n", "devices:\n  - ITEM\n"),
    ("devices:\n- {id: a}\n", "devices:\n- {id: a}\n- ITEM\n"),
    (
      "devices:\n    - id: a   # hall\n      place: x\n    # the end\n",
      "devices:\n    - id: a   # hall\n      place: x\n    # the end\n    - ITEM\n"
    ),
    ("devices:\r\n  - {id: a}\r\n", "devices:\r\n  - {id: a}\r\n  - ITEM\r\n"),
    ("devices:\n  - {id: a}\n\n# x\nmore: 1\n", "devices:\n  - {id: a}\n  - ITEM\n\n# x\nmore: 1\n"),
    ("devices:\n  - {id: a}", "devices:\n  - {id: a}\n  - ITEM\n"),
  ])
  func adds(text: String, expected: String) throws {
    let result = try DeviceFile.adding(device, to: text, file: "devices.yaml")
    #expect(result == expected.replacing("ITEM", with: item))
  }

  private func refusal(of text: String) -> DeviceFile.Refusal? {
    do throws(DeviceFile.Refusal) {
      _ = try DeviceFile.adding(device, to: text, file: "devices.yaml")
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("devices:\n  - {id: new-1}\n", "devices.yaml: there is a device \"new-1\" already"),
    ("devices: {a: b}\n", "devices.yaml: \"devices\" is no list"),
    (
      "devices: [{id: a}]\n",
      "devices.yaml: the devices stand in [ ]; write them as a list with one \"- \" each, or add: ITEM"
    ),
  ])
  func refuses(text: String, message: String) {
    #expect(refusal(of: text)?.message.en == message.replacing("ITEM", with: item))
  }

  /// A block text that ends with the file, without a line break, would get one.
  @Test func textsThatWouldChangeAreLeftToPeople() {
    #expect(
      refusal(of: "devices:\n  - {id: a}\nnote: |\n  text")?.description
        == "devices.yaml: cannot add a device to this file by itself; add it by hand: \(item)")
  }

  @Test func brokenFilesStayUntouched() {
    #expect(refusal(of: "devices:\n  - {id: a\n") != nil)
  }

  @Test func awkwardTextsAreQuoted() throws {
    var odd = device
    odd.match = ["device": "0x12: \"q\" #\\"]
    let text = try DeviceFile.adding(odd, to: "", file: "d")
    let node = ConfigReader.parse(text, file: "d", log: ProblemLog())
    let match = node?.entries?[0].value.sequence?[0].entries?.first { $0.key == "match" }
    #expect(match?.value.entries?[0].value.scalar == "0x12: \"q\" #\\")
  }
}
