/**
 * Why somebody looks at a patient's data or changes it: HL7 v3 PurposeOfUse, the codes that care teams need.
 * http://terminology.hl7.org/ValueSet/v3-PurposeOfUse
 */
import { Schema } from "effect"

/**
 * `TREAT` treatment, `ETREAT` emergency treatment, `BTG` breaking the glass, `HPAYMT` payment, `HOPERAT` operations,
 * `HCOMPL` compliance, `PATRQT` at the patient's request, `PUBHLTH` public health, `HRESCH` research.
 */
export const PurposeOfUse = Schema.Literals([
  "TREAT",
  "ETREAT",
  "BTG",
  "HPAYMT",
  "HOPERAT",
  "HCOMPL",
  "PATRQT",
  "PUBHLTH",
  "HRESCH"
])
export type PurposeOfUse = typeof PurposeOfUse.Type
