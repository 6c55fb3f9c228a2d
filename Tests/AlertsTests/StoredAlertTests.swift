// Alerts and events written by earlier versions stay readable.
import Alerts
import Foundation
import Testing

@Suite struct StoredAlertTests {
  /// As version 0.2 stored it.
  private let old = """
    {"acknowledgedAt":{"milliseconds":1767571400000},"acknowledgedBy":"张三","id":"7m2k9x0abc","lane":"main","noticedAt":{"milliseconds":1767571202000},\
    "place":"hedong/jiefang/301","point":"care-301-env/temperature","raisedAt":{"milliseconds":1767571200000},"rule":"care-room-cold",\
    "step":2,"subject":"care-301-env/temperature","traits":{"advice":{"en":"Check heating","zh":"检查暖气"},\
    "audience":["care"],"priority":"high","title":{"en":"Room too cold","zh":"房间温度过低"}},"unit":"Cel","value":15.2}
    """

  @Test func anAlertOfTheFirstVersion() throws {
    let alert = try JSONDecoder().decode(Alert.self, from: Data(old.utf8))
    #expect(alert.id == "7m2k9x0abc" && alert.isAcknowledged && alert.isActive)
    #expect(!alert.traits.latched && alert.traits.realarm == nil)
    #expect(alert.response == nil && alert.suppression == nil && alert.order == nil)
    let again = try JSONDecoder().decode(Alert.self, from: JSONEncoder().encode(alert))
    #expect(again == alert)
  }

  @Test func anEventOfTheFirstVersion() throws {
    let text = #"{"alert":\#(old),"at":{"milliseconds":1767571400000},"by":"张三","kind":"acknowledged"}"#
    let event = try JSONDecoder().decode(AlertEvent.self, from: Data(text.utf8))
    #expect(event.kind == .acknowledged && event.to == nil && event.number == 2)
  }
}
