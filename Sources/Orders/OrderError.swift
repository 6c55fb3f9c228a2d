package import Community
package import Pipeline

/// Why something on an order was refused. Nothing has changed then.
package enum OrderError: Error, Sendable, Equatable {
  case unknown(id: String)
  case ended(id: String, Order.State)
  /// Not in this state.
  case notNow(id: String, Order.State)
  case acceptedBy(id: String, String)
  case verifierDidIt(id: String)
  case reasonMissing
  case textMissing(String)
  case textTooLong(String, limit: Int)
  case timeInPast(Timestamp)
  /// `longest` in ms.
  case tooFarAhead(longest: Int64)
  case tooManyAlerts(limit: Int)
  case tooManyPhotos(limit: Int)
  case tooManyOrders(limit: Int)
  case nobodyNamed
  case notClaimable(id: String)
  case claimed(id: String)
  case notClaimed(id: String)
  case volunteerCannot(name: String)
  /// None of the hours lies between now and the deadline.
  case volunteerHasNoTime(name: String, hours: String)
  case tooManyClaims(limit: Int)
  /// Its condition is gone and answered: there is nothing to do about it.
  case alertClosed(String)
  case alertTaken(String, order: String)
  /// An entry of the bank is taken back once.
  case reversed(entry: Int64, by: String)
}

extension OrderError {
  /// Nothing of that id, as opposed to a refusal.
  package var isUnknown: Bool { if case .unknown = self { true } else { false } }

  /// One sentence for people: what is wrong and what to do.
  package var text: LocalizedText {
    let (zh, en) = texts
    return LocalizedText(zh: zh, en: en)
  }

  private var texts: (zh: String, en: String) {
    switch self {
    case .unknown(let id): ("没有编号为 \(id) 的工单", "there is no order \(id); `linli orders --all` lists all")
    case .ended(let id, let state):
      ("工单 \(id) 已结束（\(state.text.zh)），只能再添加备注", "order \(id) has ended (\(state.text.en)); only comments can be added")
    case .notNow(let id, let state):
      (
        "工单 \(id) 当前为“\(state.text.zh)”，不能这样操作",
        "order \(id) is \(state.text.en); that is not possible now (see `linli order \(id)`)"
      )
    case .acceptedBy(let id, let name):
      ("工单 \(id) 已由\(name)接单；如需换人请转派", "order \(id) is accepted by \(name); hand it over instead")
    case .verifierDidIt(let id):
      ("工单 \(id) 不能由完成人自己验收", "order \(id) cannot be verified by the one who did it")
    case .reasonMissing: ("请写明原因（--comment）", "say why: --comment")
    case .textMissing(let what): ("请填写 \(what)", "\(what) is needed")
    case .textTooLong(let what, let limit): ("\(what) 最长 \(limit) 个字符", "\(what) has at most \(limit) characters")
    case .timeInPast: ("时间必须在将来", "the time must lie in the future")
    case .tooFarAhead(let longest):
      ("最长 \(longest / 86_400_000) 天", "at most \(longest / 86_400_000) days ahead")
    case .tooManyAlerts(let limit): ("一张工单最多关联 \(limit) 条报警", "an order has at most \(limit) alerts")
    case .tooManyPhotos(let limit): ("一张工单最多 \(limit) 张照片", "an order has at most \(limit) photos")
    case .tooManyOrders(let limit): ("未结束的工单已超过 \(limit) 张", "more than \(limit) orders have not ended")
    case .nobodyNamed: ("请写明转派给谁或哪个单位", "say to whom or to which unit")
    case .notClaimable(let id): ("工单 \(id) 不对志愿者开放", "order \(id) is not offered to volunteers")
    case .claimed(let id): ("工单 \(id) 已被认领", "order \(id) is claimed already")
    case .notClaimed(let id): ("工单 \(id) 未被认领", "order \(id) is not claimed")
    case .volunteerCannot(let name):
      ("\(name)未登记此类服务或此区域", "\(name) does not offer this help at this place")
    case .volunteerHasNoTime(let name, let hours):
      (
        "\(name)登记的服务时间（\(hours)）不在现在到工单期限之间；如有变化请用 `linli volunteers add` 修改",
        "\(name) offers help at these hours: \(hours); none of them lies between now and the order's deadline "
          + "(`linli volunteers add` changes them)"
      )
    case .alertClosed(let id): ("报警 \(id) 已关闭", "alert \(id) is closed; an order takes open alerts only")
    case .alertTaken(let id, let order):
      ("报警 \(id) 已有工单 \(order)", "alert \(id) is dealt with by order \(order) already")
    case .reversed(let entry, let by):
      ("第 \(entry) 笔记录已由\(by)冲销", "entry \(entry) is reversed already, by \(by); nothing was booked")
    case .tooManyClaims(let limit): ("每人同时最多认领 \(limit) 张工单", "at most \(limit) claimed orders a person")
    }
  }
}

extension Order.State {
  package var text: LocalizedText {
    switch self {
    case .ordered: LocalizedText(zh: "已派单", en: "ordered")
    case .accepted: LocalizedText(zh: "处理中", en: "accepted")
    case .waiting: LocalizedText(zh: "等待中", en: "waiting")
    case .done: LocalizedText(zh: "待验收", en: "done")
    case .verified: LocalizedText(zh: "已验收", en: "verified")
    case .closed: LocalizedText(zh: "已办结", en: "closed")
    case .cancelled: LocalizedText(zh: "已取消", en: "cancelled")
    }
  }
}
