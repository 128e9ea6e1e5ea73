"""Sources in the reader's language: titles of the reference data, and what the project itself says of a figure.

A price, a gate or a declaration keeps the words of its sources as they were, in English; a text may name several.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from samphao.web.stored_texts import Phrases

TITLES = (
    _("Known to the people who compiled the table; no page was checked"),
    _("Neither verified nor recalled"),
    _("Estimate of this project"),
    _("illustrative, not a market rate"),
    _("china-gacc registry page, table of heading 0810"),
    _("china-gacc heading tables of the headings concerned"),
    _("htshub China tariff page, version of 2024-01-18"),
    _("htshub China tariff page, version of 2026-01-18"),
    _("chinesetariff list page"),
    _("blackseagrain report on a notice of the Chinese Ministry of Finance on ASEAN rice rates"),
    _("People's Daily and Ningbo Customs questions and answers of November 2025 on cross-border retail"),
    _("ssopdot on the 2022 cross-border retail list: 1,476 eight-digit lines, four kinds of remark"),
    _("htshub US tariff 2024 revision 9, heading 0804"),
    _("wodefinance history of the rubber tariff 2007-2020"),
    _("woyaojiankangwang pet-food page"),
    _("Excerpt of a China tariff page without an address: 9019101000, 10 % and VAT 13 %"),
    _(
        "VAT Law of China, article 10; announcement 9/2026 of the finance ministry and tax administration; GAC notice 15/2026 (copies at cceeccic, lexiscn)"
    ),
    _("Copy of Xinhua 2025-12-29 on the 2026 tariff plan: 8,972 lines, 935 provisional rates"),
    _("ecns 2018-11-30 on the limits from 2019"),
    _("vatupdate 2025-06-18 on the reduced rate in Vietnam (and a copy)"),
    _("bakermckenzie on the standard rate in Vietnam"),
    _("regfollower; the decree ran to 2026-09-30 (Nishimura)"),
    _("Customs announcement 219/2568, by way of regfollower"),
    _("Revenue Code of Thailand, section 80/1(1)"),
    _("Revenue Code of Thailand, section 81(1)"),
    _("Revenue Department of Thailand: threshold of registration"),
    _("nationthailand and krungsri on the US duty on Thai goods"),
    _("nationthailand 2026-02-21"),
    _("krungsri 2026-02-23"),
    _(
        "Bangkok Post 2025-01-24 on Basic Yellow 2 and the suspended packing houses; Nation 2025-04-15 on ten listed laboratories"
    ),
    _("Department of Agricultural Extension 2024: dry matter of TAS 3-2567"),
    _("unionsn copy of the protocol of 2021-09-13 on fruit through third countries"),
    _("gy-aoshen customs guide 2024 on quarantine permits"),
    _("tridge 2022 on orchards and packing houses"),
    _("seahonor and made-in-china on Decree 280, in force 2026-06-01, replacing 248"),
    _("Public copies of notice 470 of MARA and GACC: no fresh fruit by post"),
    _("asw.asean.org 2020 and customs.gov.ph 2022 on e-Form D and ACDD"),
    _("Copy of Form E with 13 boxes (paperzz); procedures of ACFTA at asean-cn.org"),
    _("laitimes, mightyshipping, wtocenter.vn on RCEP proofs of origin"),
    _("commercethaiusa export page"),
    _("cceth, thailand.go.th, kabytech on the Thai export declaration"),
    _("Translated copy of the export steps of Thai Customs"),
    _("Annual Report 2018 of Thai Customs, page 215"),
    _("Thai page on ISPM 15"),
    _("thepaypers 2018 on cross-border retail"),
    _("docs.alipayplus appendix on customs declaration"),
    _("0.3 % of price and freight when the insurance is unknown, from memory"),
    _(
        "Announcement 43 of 2010 of China's customs on postal articles for own use: 1,000 yuan a parcel from abroad, tax up to 50 yuan waived, mail for trade cleared as goods (public copies, Wuhan city page)"
    ),
    _("Thailand Post, pages of its international services: EMS World and international parcels up to 30 kg"),
    _("This hub's own rule"),
    _(
        "Estimate of this project: what a full-grown tree bears at most in a season, from memory; no register publishes it"
    ),
)

# Of customs' own tables.
CUSTOMS = (
    _("own code"),
    _("described by the node of the freight network"),
    _("simulator"),
    _("own code, described by the node of the freight network"),
    _("for a place that has no office of its own in this table"),
    _("estimate of this project"),
    _("the weight is not Thai Customs' own"),
    _("interval around the good's median"),
    _("a tenth of the inspections"),
    _("the share is an estimate of this project"),
)

# What the project itself says of a figure.
OWN = (
    _("estimate: full container at the rates of the reference network, 85 % full"),
    _("estimate: great circle x 1.3; 33 THB/km + 2,500 for a truck; 50 km/h; a truck of 9 t, 35 % full"),
    _("the lot's own price"),
    _("invented: illustrative postal tariff, no public rate card was found"),
    _("unknown is never zero"),
    _("illustrative"),
    _("invented"),
    _("estimate"),
    _("simulator"),
    _("simulator: granted when an officer asked for the permit"),
)

source_text = Phrases(TITLES + CUSTOMS + OWN).spoken
