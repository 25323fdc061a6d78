"""The one list of words: what each means here, in one or two plain sentences, and who says so.

`{% term "verdict" %}` shows an entry beside the word; /help/words/ shows them all.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Entry:
    """`source` names the text that the meaning comes from; empty where it is Waypost's own."""

    key: str
    word: str | Promise
    meaning: str | Promise
    source: str | Promise = ""


RES_1325 = _("Security Council resolution 1325 (2000)")
UN_TYPES = _("United Nations, troop and police contributions by personnel type")
PRETORIA = _("Strategy workshop, Pretoria, February 2007")

GLOSSARY: dict[str, Entry] = {
    entry.key: entry
    for entry in (
        Entry(
            "act", _("Act"), _("A recommendation that is done once: not done, under way or done.")
        ),
        Entry(
            "action-point",
            _("Action point"),
            _(
                "One of the four points of the workshop's action plan that every contributing country answers."
            ),
            PRETORIA,
        ),
        Entry(
            "alternate",
            _("Alternate"),
            _("Who stands in for the focal point of an item while that person is away."),
        ),
        Entry(
            "amendment",
            _("Amendment"),
            _(
                "An answer that is sent after the national answer, numbered and dated. It is on time or late by itself."
            ),
        ),
        Entry(
            "answer",
            _("Answer"),
            _(
                "What a party says on one item in one period: narrative, claim, measures, next steps and evidence."
            ),
        ),
        Entry(
            "assignment",
            _("Assignment"),
            _(
                "Which institution of a party answers an item, who supports it, and who its focal point is."
            ),
        ),
        Entry(
            "author",
            _("Author"),
            _(
                "Whoever saved or submitted an answer since its last review. An author neither signs nor endorses it."
            ),
        ),
        Entry(
            "catalogue",
            _("Catalogue"),
            _(
                "The list of the 42 recommendations and the four action points, each addressed to an actor."
            ),
            PRETORIA,
        ),
        Entry(
            "claim",
            _("Claim"),
            _(
                "The rating that the party gives itself. The record and the verdict stand beside it; nobody changes it from outside."
            ),
        ),
        Entry(
            "consider",
            _("Matter to consider"),
            _(
                "A recommendation that asks for a decision: open, or decided yes or no, with the reason."
            ),
        ),
        Entry(
            "contingent",
            _("Contingent"),
            _(
                "One country's formed military units in a mission. Staff officers and military observers are not part of it."
            ),
            UN_TYPES,
        ),
        Entry(
            "contributor",
            _("Contributor"),
            _(
                "Who writes and submits the answers of an institution. A contributing country is one that sends troops or police."
            ),
        ),
        Entry(
            "coordinator",
            _("Coordinator"),
            _(
                "Who puts the national answer together, endorses answers and sends them; often the chair of the task force."
            ),
        ),
        Entry(
            "declared-conflict",
            _("Declared conflict"),
            _(
                "What a reviewer states when the mandate is given and a reader should know, such as an earlier post in the country."
            ),
        ),
        Entry(
            "digest",
            _("Digest"),
            _(
                "A fingerprint of a file's content (SHA-256). Two files with the same digest are the same, letter by letter."
            ),
        ),
        Entry(
            "endorse",
            _("Endorse"),
            _(
                "The coordinator confirms a signed answer for the whole party. After that it can be sent."
            ),
        ),
        Entry(
            "evidence",
            _("Evidence"),
            _("A file or a link that shows what an answer says, with its date and publisher."),
        ),
        Entry(
            "experts-on-mission",
            _("Experts on mission"),
            _("Military observers, liaison officers and advisers: sent one by one, not as a unit."),
            UN_TYPES,
        ),
        Entry(
            "extension",
            _("Extension"),
            _(
                "More time for one party in one period, given with a reason, never beyond the close of the period."
            ),
        ),
        Entry(
            "focal-point",
            _("Focal point"),
            _("The person whom an institution names for an item. Mails about the item go there."),
        ),
        Entry(
            "formed-police-unit",
            _("Formed police unit"),
            _(
                "Police deployed and equipped as one body, about 140 officers, for tasks that one officer cannot do alone."
            ),
            UN_TYPES,
        ),
        Entry(
            "formed-unit",
            _("Formed unit"),
            _("A military unit or a formed police unit that is deployed as a body."),
            UN_TYPES,
        ),
        Entry(
            "gap",
            _("Gap"),
            _("A month that no release of a source covers. It is not a zero: nothing is known."),
        ),
        Entry(
            "individual-police",
            _("Individual police"),
            _(
                "Police officers sent one by one to advise, train or support, outside a formed police unit."
            ),
            UN_TYPES,
        ),
        Entry(
            "institution",
            _("Institution"),
            _(
                "A body of a party that answers for it: a ministry, a service, the women's machinery, parliament."
            ),
        ),
        Entry(
            "item",
            _("Item"),
            _(
                "A recommendation or an action point of the catalogue, known by its number, such as 2.1."
            ),
        ),
        Entry(
            "lapse",
            _("Lapse"),
            _(
                "A reopened answer that is not reviewed again in time falls back to its last review. Its text stays in the history."
            ),
        ),
        Entry(
            "lead-institution",
            _("Lead institution"),
            _("The one institution that writes and submits the answer to an item."),
        ),
        Entry(
            "locked",
            _("Locked"),
            _("It cannot be changed now. The page says why, and who can change that."),
        ),
        Entry(
            "mandate",
            _("Mandate"),
            _(
                "The right to review or observe a party, from a first to a last day. Without one a reviewer sees no answer of any party."
            ),
        ),
        Entry(
            "narrative",
            _("Narrative"),
            _("The text of an answer: what was done, by whom and when."),
        ),
        Entry(
            "national-answer",
            _("National answer"),
            _("All endorsed answers of a party in one period, sent at once by its coordinator."),
        ),
        Entry(
            "not-applicable",
            _("Not applicable"),
            _(
                "The item cannot apply to the party, for a reason that is given. It is left out of every share."
            ),
        ),
        Entry(
            "observer", _("Observer"), _("Who reads what a party has signed, and changes nothing.")
        ),
        Entry(
            "out-of-date",
            _("Out of date"),
            _(
                "Evidence has grown older than its rating allows. The claim stays as it was given; the record drops."
            ),
        ),
        Entry(
            "party",
            _("Party"),
            _(
                "Who has an account here: a contributing country, DPKO, a partner or a regional organisation."
            ),
        ),
        Entry(
            "personnel-type",
            _("Personnel type"),
            _(
                "The United Nations' five: troops, staff officers, experts on mission, individual police, formed police units."
            ),
            UN_TYPES,
        ),
        Entry(
            "pilot",
            _("Pilot country"),
            _(
                "A country whose own authorities endorsed taking part in the pilot process with peer review."
            ),
            PRETORIA,
        ),
        Entry(
            "provisional-report",
            _("Provisional report"),
            _(
                "A country's report made when the answers are due. The final one follows when the period closes."
            ),
        ),
        Entry(
            "rating",
            _("Rating"),
            _(
                "One scale for claim, record and verdict. 0 not started; 1 in preparation; 2 adopted, on paper; 3 applied, in practice and with evidence; 4 sustained, for at least twelve months."
            ),
        ),
        Entry(
            "recommendation",
            _("Recommendation"),
            _("One of the 42 sentences of the workshop that say what an actor should do."),
            PRETORIA,
        ),
        Entry(
            "record",
            _("Record"),
            _(
                "What the records in this portal show by fixed rules: figures, meetings, sessions, dated evidence. No person sets it."
            ),
        ),
        Entry(
            "release",
            _("Release"),
            _(
                "One published file of deployment figures, with its publisher, date and the months it covers."
            ),
        ),
        Entry(
            "reopen",
            _("Reopen"),
            _("A reviewer opens a reviewed answer once more, for a reason and until a date."),
        ),
        Entry(
            "reporting-period",
            _("Reporting period"),
            _(
                "The months that answers are about, with the days on which it opens, is due and closes."
            ),
        ),
        Entry(
            "resolution-1325",
            _("Resolution 1325"),
            _(
                "On women, peace and security: it urges more women at every level of peacekeeping and the protection of women in conflict."
            ),
            RES_1325,
        ),
        Entry(
            "return",
            _("Return"),
            _(
                "Whoever has to act next sends an answer back, whole or one part of it, with the reason. Only that part opens again."
            ),
        ),
        Entry(
            "reviewer",
            _("Reviewer"),
            _("Who rates sent answers under a mandate. Nobody reviews a party they belong to."),
        ),
        Entry(
            "rotation",
            _("Rotation"),
            _(
                "One tour of a unit in a mission, from its first to its last day, with its strength."
            ),
        ),
        Entry(
            "second-factor",
            _("Second factor"),
            _(
                "A code from a telephone or a passkey, asked for beside the password, so that a stolen password is not enough."
            ),
        ),
        Entry(
            "sign",
            _("Sign"),
            _(
                "A validator confirms that the answer is what the institution says. It is skipped where nobody may sign, and the page says so."
            ),
        ),
        Entry(
            "snapshot",
            _("Snapshot"),
            _(
                "The content of a report as it was on its day. It is never changed afterwards, and its digest proves that."
            ),
        ),
        Entry(
            "staff-officer",
            _("Staff officer"),
            _("An officer sent by name to a mission's headquarters, not with a unit."),
            UN_TYPES,
        ),
        Entry(
            "standing",
            _("Standing recommendation"),
            _("A recommendation that is answered in every period, on the scale from 0 to 4."),
        ),
        Entry(
            "suppressed",
            _("Suppressed"),
            _(
                "A number of 1 to 4 people is not shown, so that nobody can be recognised. Figures that the UN publishes are never suppressed."
            ),
        ),
        Entry(
            "task-force",
            _("Task force"),
            _(
                "The national body of ministries, police and military that leads the work on resolution 1325; point a of the action plan."
            ),
            PRETORIA,
        ),
        Entry(
            "ten-per-cent-line",
            _("10 per cent line"),
            _(
                "DPKO's commitment for women in contingents and formed police units (recommendation 3.2)."
            ),
            PRETORIA,
        ),
        Entry(
            "transmitted",
            _("Transmitted"),
            _(
                "Sent with the national answer. From then on reviewers read it, as it stood on that day."
            ),
        ),
        Entry(
            "troops",
            _("Troops"),
            _(
                "Members of formed military units. They are counted apart from staff officers and experts on mission."
            ),
            UN_TYPES,
        ),
        Entry(
            "validator",
            _("Validator"),
            _("Who signs the answers of an institution, but never one they wrote."),
        ),
        Entry(
            "verdict",
            _("Verdict"),
            _(
                "The rating that a reviewer gives, with the reason where it differs from the claim. The party may reply once."
            ),
        ),
        Entry(
            "womens-machinery",
            _("National women's machinery"),
            _(
                "The public body that leads the country's policy for women, such as a ministry of women's affairs."
            ),
        ),
    )
}


def search(words: str) -> list[Entry]:
    """Entries by word, those whose word or meaning holds `words`; all where it is empty."""
    wanted = words.strip().casefold()
    found = (e for e in GLOSSARY.values() if wanted in f"{e.word} {e.meaning}".casefold())
    return sorted(found, key=lambda entry: str(entry.word).casefold())
