/** Stores that keep settings, site groupings, and who looked at what, with one fault each. */
import { VoipSettings } from "@careline/domain"
import { AuditTrail, BreakGlasses, Settings, SiteGroupings } from "@careline/ports"
import { DateTime, Effect } from "effect"
import { breaking, set, type StoreFaults } from "./brokenStore.ts"

const settings = breaking(Settings)
const groupings = breaking(SiteGroupings)
const trail = breaking(AuditTrail)
const emergencies = breaking(BreakGlasses)

export const settingsFaults: StoreFaults = {
  Settings: {
    "answers in an order of its own → in the given order": settings.asked({
      effective: (tenants) => tenants.toSorted((left, right) => String(left).localeCompare(String(right)))
    }),
    "hands the system-wide space's settings on to every tenant → of the system-wide space": settings.altered(
      (sound) => ({
        effective: (tenants) =>
          Effect.zipWith(sound.named([null, ...tenants]), sound.effective(tenants), ([systemWide, ...own], known) =>
            known.map((settings, nth) => ({ ...settings, ...systemWide, ...own[nth] }))
          )
      })
    ),
    "hands on whatever the platform names → no tenant an on-call number": settings.altered((sound) => ({
      effective: (tenants) =>
        Effect.zipWith(sound.effective(tenants), sound.platform(), (all, inherited) =>
          all.map((one) => ({ ...one, ...inherited }))
        )
    })),
    "stores what is inherited with what is named → follow the platform": settings.altered(({ platform, put }) => ({
      put: (tenant, named) =>
        Effect.flatMap(platform(), (inherited) => put(tenant, VoipSettings.resolve(named, inherited)))
    }))
  },
  "Site groupings": {
    "puts a site grouping in the place of another → as it is given, once": groupings.altered(({ save }) => ({
      add: save
    })),
    "leaves the line of a deactivated tenant on → switch the line": settings.answered({
      effective: (all) => all.map(set({ voipEnabled: true }))
    })
  },
  "Audit trail": {
    "counts entries on from the tenant that was noted before → chain the entries of each": trail.answered({
      links: (links) => links.map((one) => ({ ...one, place: one.place + 1 }))
    }),
    "lists entries of a patient whom they only look like → what is asked for": trail.asked({
      list: (query) => {
        const { patientId: _patientId, ...others } = query
        return others
      }
    })
  },
  "Access in an emergency": {
    "shows an access to whoever knows its id → within its scope only": emergencies.asked({ get: () => "all" }),
    "counts every access of a user, however long ago → since a time": emergencies.altered(({ countOf }) => ({
      countOf: (userId) => countOf(userId, DateTime.makeUnsafe(0))
    }))
  }
}
