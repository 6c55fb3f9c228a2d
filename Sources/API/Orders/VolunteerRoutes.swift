import Foundation
import Hummingbird

/// `GET /api/v1/volunteers[?place=]`, `POST /api/v1/volunteers`, `DELETE /api/v1/volunteers/{id}`,
/// `GET /api/v1/volunteers/{id}/offers`, `GET /api/v1/bank[?month=2026-01&lang=zh|en]`, `POST /api/v1/bank`.
struct VolunteerRoutes {
  let backend: any Backend

  func add(to router: Router<BasicRequestContext>) {
    router.get("/api/v1/volunteers") { request, _ -> Response in
      try .json(try await backend.volunteers(place: request.query("place")))
    }
    router.post("/api/v1/volunteers") { request, _ -> Response in
      try .json(try await backend.enter(try await request.body(as: VolunteerRequest.self)), status: .created)
    }
    router.delete("/api/v1/volunteers/:id") { _, context -> Response in
      try .json(try await backend.removeVolunteer(try context.step("id")))
    }
    router.get("/api/v1/volunteers/:id/offers") { request, context -> Response in
      let id = try context.step("id")
      return try .json(try await backend.offers(volunteer: id, language: request.language))
    }
    router.get("/api/v1/bank") { request, _ -> Response in
      try .json(try await backend.bank(month: request.query("month"), language: request.language))
    }
    router.post("/api/v1/bank") { request, _ -> Response in
      let body = try await request.body(as: BankEntryRequest.self)
      return try .json(try await backend.bankEntry(body, language: request.language), status: .created)
    }
  }
}
