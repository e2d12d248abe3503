"""Guideline "solicitation": advertising, promoting or soliciting for business (policy, part III, 3).

An advertisement offers something of one's own and says how to get it. A price in a complaint, a shop named in passing
and a neighbour's recommendation are none. Whether a good cause's notice is soliciting is the director's to say.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.screening.finding import Finding
from bot.screening.signs import Sign, each, seen, sign, together, words

if TYPE_CHECKING:
    from bot.screening.scene import Scene

KEY = "solicitation"
_WHY = "It advertises something for sale or hire."

_OFFER = (
    *each(
        0.6,
        _WHY,
        r"[0-9]+ ?(?:%|percent) off|(?:%|percent|per cent) off",
        r"free (?:home |in-home |no obligation |first |trial )?(?:estimates?|quotes?|consult\w*|"
        r"delivery|shipping|inspections?|valuation|trial|appraisals?|lessons? come|intro)",
        r"(?:for sale|now hiring|we'?re hiring|sign-on|starter kit|bulk deals?|"
        r"satisfaction guaranteed|guaranteed|limited (?:time|spots)|while (?:they|supplies) last|"
        r"sibling discount|money back|lowest prices?|best prices?|same as cash|financing available|"
        r"licensed (?:and|&) insured|fully insured|family owned|free samples?)",
        r"(?:discount|promo|coupon) (?:code)?|use code|code [a-z]+\d*|mention (?:this|the library|us)|"
        r"tell (?:them|her|him|us) the library sent",
        r"(?:order|book|buy|shop|enroll|reserve)(?: [a-z]+){0,2} (?:now|today|online|yours?|at|by|"
        r"from|here)",
        r"(?:se vende[n]?|vendo|vendemos|en venta|presupuestos? gratis|a domicilio|precios? (?:bajos?|"
        r"accesibles?|especial(?:es)?)|descuento|buen precio|pedidos|por encargo|hago (?:trabajos?|"
        r"pasteles|unas)|rento|se renta|prestamos|sin checar credito|garantizad[oa]|giá rẻ)",
        r"(?:flat fee|evening appointments|all insurance|we win|no credit|same day loans?|booking [a-z]+ now|"
        r"hmu|margins|resell)",
        r"be your own boss|fired my boss|passive income|side hustle|work from (?:home|my phone)|"
        r"from my (?:phone|sofa|couch)|on my team|my downline|essential oils|wellness (?:kits?|"
        r"patches)|ask me how|i (?:went|turned) (?:from )?[^.!?]{0,30}(?:into|to)(?: [a-z]+)? \$?\d",
        r"(?:certified|licensed|professional|experienced) [a-z]+ here|packages from|half (?:off|"
        r"price)|(?:for|4) rent|rentals available|rates (?:and|on|at)|value report|"
        r"skip the (?:booking )?fees|let'?s chat|moitie prix|premiere lecon|wysylka|promocja",
        r"(?:pre-?orders?|(?:spots|slots|openings|seats|lugares) (?:left|open|available|disponibles))|"
        r"(?:few|have|have got) openings|taking (?:orders|new clients|clients|deposits?)|"
        r"deposit holds|bids|(?:pups|puppies|kittens|doodles|kits|cords?)(?: [a-z]+){0,2} (?:left|"
        r"available|ready)",
    ),
    *each(
        0.5,
        _WHY,
        r"(?:i|we)(?:'ll)? (?:also )?(?:sell|charge|ship|deliver|tutor|offer|buy|install|repair|clean|"
        r"groom|cater|list|photograph|specialize|do (?:slate|gutters|seamless|weddings|decking|taxes|"
        r"nails|lashes|hair|jumps|trees|electric\w*|plumbing|[a-z]+ (?:sessions|parties|repairs?)))",
        r"(?:my|our) (?:shop|store|etsy|studio|listing|salon|truck|firm|agency|team|book is (?:out|"
        r"now|available|on|\$)|new book|novel is (?:out|now|available|on)|latest book|podcast|ebook|"
        r"course|page|website|business|bakery|company|services?|channel)",
        r"mi (?:novela|tienda|negocio|pagina|libro ya|canal)|(?:on|en) (?:kindle|amazon|etsy|ebay)",
        r"i'?m (?:selling|a certified|a licensed|your local realtor|a realtor|offering)",
        r"(?:certified|licensed|insured|bonded)(?: [a-z]+){0,2} (?:tutor|coach|agent|contractor|"
        r"notary|realtor|electrician|plumber)",
        r"^selling|(?:i'?m|we'?re|am|are|still) selling|selling (?:my|our|off my|\d+)",
        r"we (?:buy|do it all)|for hire|apartment for rent|for rent|\dbr|utils|open house",
        r"hago|arreglo su|reparo|doy clases",
        r"interest rates|home (?:quote|value|worth)|yours is worth|what your (?:place|home|house)",
        r"come (?:see|to) us at|find (?:me|us) (?:at|on)|visit us|stop by our|"
        r"next to [a-z]+ (?:brothers|market)",
    ),
)
_PRICE = Sign(
    re.compile(
        r"\$ ?\d[\d,.]*(?:/(?:hr|hour|lb|ft|wk|mo))?|\b\d[\d,.]{0,12} ?(?:dollars?|bucks|dolares|pesos|"
        r"usd)\b|(?<![a-z0-9])\d{1,4}/hr"
    ),
    0.25,
    _WHY,
)
_CONTACT = (
    Sign(re.compile(r"\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|\b\d{3}-\d{4}\b"), 0.35, _WHY),
    Sign(
        re.compile(
            r"https?://[^\s]+|\b[a-z0-9-]{1,63}\.(?:example|com|net|org|biz|info|shop|co|io|top|me|"
            r"ly)\b(?:/[^\s]*)?"
        ),
        0.35,
        _WHY,
    ),
    *each(
        0.4,
        _WHY,
        r"(?:dm|pm|text|call|message|msg|inbox|email|e-mail|whatsapp|telegram|write|contact|"
        r"escribanme|escribeme|mandeme|llame|llamen|llamar|mensaje)(?: (?:me|us|her|him|the page|"
        r"my page|our page|for|at|al|un|now|today|quick|to book|to order|rick|[a-z]+ at|\d))",
        r"link (?:is )?(?:in|on|below|down) ?(?:my |our |the )?(?:bio|profile|page|comments)?",
        r"(?:in|on) (?:my|our) (?:bio|profile)|en mi perfil|whatsapp|telegram|cash ?app|venmo|zelle",
        r"comment [A-Za-z]{3,9} (?:and|for|to|below)|i'?ll send (?:you )?the link",
        r"(?:escribanme|mandenme|mandeme|inbox me|dm me|pm me|message (?:me|us|the page)|"
        r"ask for [a-z]+)",
    ),
)
_TRADE = words(
    r"llc|inc|realty|realtors?|roofing|plumbing|hvac|towing|sons|salon|studio|boutique|bakery|tutoring|"
    r"tutors?|coach|crew",
    r"insurance|loans?|credit|motors|exteriors|construction|remodeling|rentals?|trading|shop|store|deals?|"
    r"promo|services?",
)
_CAUSE = words(
    r"fund ?raiser|fundraising|proceeds|raffle|church|parish (?:hall|supper)|iglesia|catecismo|scouts?",
    r"pack \d+|troop \d*|4-?h|pto|pta|vfw|legion|rotary|lions|kiwanis|auxiliary|gofundme|go fund me|donat\w+",
    r"free ?will|benefit|spaghetti (?:supper|night|dinner)|pancake\w*|fish fry|bake sale|car wash",
    r"lavando carros|band|banda|team|boosters?|youth group|mission trip|food (?:bank|pantry|drive)|shelter",
    r"rescue|fund(?:s)? (?:at|for)|charity|nonprofit|memorial|school|escuela|prepa|class trip|cookies|club",
    r"choir|chorus|potluck|bingo|no dues|support group|colecta|kermes|rifa|registry|blood drive|toy drive",
    r"coat drive|collecting",
)
_GIVE = sign(
    0.45,
    "It invites people to an event, a sale or a collection of its own, which may or may not count as soliciting.",
    r"(?:gofundme|go fund me)|(?:all )?proceeds (?:go|to|benefit)|raffle tickets?",
    r"(?:supper|breakfast|dinner|fish fry|bake sale|car wash|rummage sale|yard sale|garage sale|"
    r"craft fair|benefit|fundraiser|kermes)(?: [a-z]+){0,3} (?:is|at|on|this|saturday|sunday|"
    r"friday)",
    r"free ?will (?:offering|donation)|(?:we'?re|are|is|we are) (?:collecting|raising|selling)",
    r"(?:taking|selling|accepting) (?:orders|donations|tickets|cookies|brownies|popcorn|pies)",
    r"(?:come|stop|swing) by (?:the|our|my)|everyone'?s? welcome|all are welcome|los esperamos|caiganle",
    r"anybody(?:'s| is)? interested|if anybody wants|anyone want|(?:inbox|pm|dm|message) me",
    r"(?:bring|donate) (?:a|your) (?:dish|coats?|cans?)",
    r"i (?:also )?(?:teach|give lessons|babysit|bake|sew|spin my own|drive folks)",
    r"glad to look over|happy to help anybody|kids can come sit",
    r"(?:have|got) (?:a few |some |\d+ )?(?:extra|spare|left ?over)",
)
_NOT_MINE = words(
    r"(?:they|them) (?:did|do|tuned|fixed|were|are)|my (?:cousin|neighbor|sister|friend|barber)(?:'s)?",
    r"recommend|i(?:'ve)? (?:went|go|used|bought|paid|spent|got mine)|cost me|charged me",
    r"(?:you|they|y'?all) charge|fines?|refund\w*|the library(?:'s)?|budget|tax(?:es|payers?)?|spen[dt]\w*",
    r"levy|why (?:do|does|is|are)|how much|cuanto|is (?:it|this|there)|do you|can (?:i|we)|would you",
    r"do (?:i|we)",
)


def find(scene: Scene) -> list[Finding]:
    """An offer together with a price or a way to take it; a cause's notice only as a doubt."""
    reading = scene.text
    offers = [(s, q) for s, q, quoted in seen(reading, _OFFER) if not quoted]
    contacts = [(s, q) for s, q, _ in seen(reading, _CONTACT)]
    price = reading.first(_PRICE.pattern)
    gives = [(s, q) for s, q, quoted in seen(reading, (_GIVE,)) if not quoted]
    if not offers and not gives and not (contacts and price):
        return []
    strengths = (
        [s.strength for s, _ in offers] + [s.strength for s, _ in contacts] + ([_PRICE.strength] if price else [])
    )
    strength = together(strengths) if offers or (contacts and price) else 0.0
    hints = len(offers) + len(contacts) + bool(price) + scene.author.has(_TRADE)
    if strength and hints >= 2:
        strength = max(strength, 0.87)
    if reading.has(_NOT_MINE) or "?" in scene.comment.text[-40:]:
        strength *= 0.9 if hints >= 4 else 0.7 if hints > 1 else 0.5
    quote = (offers or contacts or gives)[0][1]
    why = _WHY
    if reading.has(_CAUSE) or scene.author.has(_CAUSE):
        strength = min(strength, 0.6)
        why = "It may solicit for a good cause, a club or a school, which the guideline does not plainly cover."
    if gives:
        doubt = gives[0][0].strength if not reading.has(_NOT_MINE) else 0.25
        why = gives[0][0].why if doubt > strength and not offers else why
        strength = max(strength, doubt)
    return [Finding(KEY, round(min(strength, 0.96), 3), quote, why)] if strength >= 0.2 else []
