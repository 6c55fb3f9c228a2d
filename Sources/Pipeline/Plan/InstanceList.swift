/// The subjects of a rule. Most rules look at single points, and the built-in faults at all there are: these are kept as the
/// points' numbers, and what such an instance is called and where it stands is looked up at the point and its device.
package struct InstanceList: Sendable, RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral {
  /// What the instances at points are called and where they stand.
  private struct Names: Sendable {
    var zone: Int32
    var isNamedByDevice: Bool
    /// Those of the plan, shared with it.
    var points: [PointPlan]
    var devices: [DevicePlan]

    func instance(at number: PointID) -> InstancePlan {
      let point = points[Int(number)]
      let device = devices[Int(point.device)]
      return InstancePlan(
        subject: isNamedByDevice ? device.id : point.id, place: device.place, zone: Int(zone), point: number)
    }
  }

  private enum Storage: Sendable {
    case listed([InstancePlan])
    case points([PointID], Names)
    /// Many rules watch one point only.
    case point(PointID, Names)
  }

  private var storage: Storage

  package init(_ instances: [InstancePlan] = []) { storage = .listed(instances) }

  package init(arrayLiteral elements: InstancePlan...) { self.init(elements) }

  /// One instance at each of these points, named by it or by its device, at the device's place.
  /// - Parameters:
  ///   - numbers: indices into `points`.
  ///   - points: those of the plan, and `devices` too.
  package init(
    at numbers: [PointID], of points: [PointPlan], _ devices: [DevicePlan], zone: Int = 0, isNamedByDevice: Bool = false
  ) {
    let names = Names(zone: Int32(zone), isNamedByDevice: isNamedByDevice, points: points, devices: devices)
    storage = numbers.count == 1 ? .point(numbers[0], names) : .points(numbers, names)
  }

  package var startIndex: Int { 0 }

  package var endIndex: Int {
    switch storage {
    case .listed(let list): list.count
    case .points(let numbers, _): numbers.count
    case .point: 1
    }
  }

  package subscript(_ index: Int) -> InstancePlan {
    get {
      switch storage {
      case .listed(let list): list[index]
      case .points(let numbers, let names): names.instance(at: numbers[index])
      case .point(let number, let names): names.instance(at: number)
      }
    }
    set {
      var list = Array(self)
      list[index] = newValue
      storage = .listed(list)
    }
  }

  package mutating func append(_ instance: InstancePlan) {
    var list: [InstancePlan] = []
    if case .listed(let known) = storage { list = known } else { list = Array(self) }
    storage = .listed([])  // so that the list is nobody else's and grows in place
    list.append(instance)
    storage = .listed(list)
  }

  /// The points, where each instance looks at one and they ascend.
  var ascendingPoints: [PointID]? {
    let numbers: [PointID]
    switch storage {
    case .points(let known, _): numbers = known
    case .point(let number, _): numbers = [number]
    case .listed(let list):
      let single = list.compactMap(\.onlyPoint)
      guard single.count == list.count else { return nil }
      numbers = single
    }
    return zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 } ? numbers : nil
  }

  /// The instance at a point, where `ascendingPoints` are known.
  func index(of point: PointID) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      guard let here = onlyPoint(of: middle) else { return nil }
      if here < point { low = middle + 1 } else { high = middle }
    }
    return low < count && onlyPoint(of: low) == point ? low : nil
  }

  private func onlyPoint(of index: Int) -> PointID? {
    switch storage {
    case .listed(let list): list[index].onlyPoint
    case .points(let numbers, _): numbers[index]
    case .point(let number, _): number
    }
  }
}
