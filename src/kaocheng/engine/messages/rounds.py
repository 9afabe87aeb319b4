"""Messages about rounds and what is owed in them (K40–K54)."""

from kaocheng.engine.messages.message import Message, error

ROUNDS: tuple[Message, ...] = (
    error(
        "K40",
        "“{title}”在这个周期的考核工作已经有了，没有再开一次。",
        "请打开已有的那一次；要再考核一次，请先在方案的“周期”里加一个周期。",
        "A round of “{title}” for this period exists already; none was started.",
        "Open the one that exists, or add a period to the adopted scheme first.",
    ),
    error(
        "K41",
        "“{period}”不是“{title}”的周期，没有开始。",
        "请从列出的周期里选一个；缺的周期在采用的方案里添加。",
        "“{period}” is not a period of “{title}”; nothing was started.",
        "Choose one of those listed; add a missing one to the adopted scheme.",
    ),
    error(
        "K42",
        "开始日期 {day} 不能用：日历只到 {last}。",
        "请填 {first} 至 {last} 之间的日期。",
        "The round cannot start on {day}: the calendar ends on {last}.",
        "Enter a day between {first} and {last}.",
    ),
    error(
        "K43",
        "考核工作现在是“{state}”，不能这样办，没有做任何改动。",
        "请刷新页面看最新情况。",
        "The round is now “{state}”, so this cannot be done; nothing was changed.",
        "Reload the page to see how things stand.",
    ),
    error(
        "K44",
        "“{name}”已经记过：{when}。",
        "记错了的，请联系组织考核的单位更正。",
        "“{name}” has been noted already: {when}.",
        "If that is wrong, ask the unit that runs the round.",
    ),
    error(
        "K45",
        "时间 {when} 不对：应在考核开始以后，并且不晚于现在。",
        "请填事情实际发生的时间。",
        "The time {when} is wrong: it has to be after the round began and not in the future.",
        "Enter when it really happened.",
    ),
    error(
        "K46",
        "“{field}”还没有填。",
        "请填好这一项，再提交。",
        "“{field}” is empty.",
        "Fill it in, then submit again.",
    ),
    error(
        "K47",
        "“{field}”最多 {most} 个字，现在有 {count} 个。",
        "请删减后再提交。",
        "“{field}” takes {most} characters at most; there are {count}.",
        "Shorten it, then submit again.",
    ),
    error(
        "K48",
        "这一项现在不能这样办：已经办完、免办，或者要靠台账记录、评价来完成。",
        "请刷新页面看最新情况；要靠记录完成的，请到对应的台账里填写。",
        "This cannot be settled like that: it is over, or entries have to fulfil it.",
        "Reload the page; what entries fulfil is done by writing them in the register.",
    ),
    error(
        "K49",
        "这一项不归您办，没有做任何改动。",
        "请转告负责的人登录办理；组织考核的单位可以在“谁是谁”里改负责人。",
        "This is not yours to do; nothing was changed.",
        "Ask whoever is responsible; the unit that runs the round can change who that is.",
    ),
    error(
        "K50",
        "“{name}”要由{who}来记。",
        "请转告{who}登录后记下，或者由组织考核的单位代记。",
        "“{name}” has to be noted by: {who}.",
        "Ask them to sign in and note it, or let the unit that runs the round do it.",
    ),
    error(
        "K51",
        "结果还没有冻结，不能归档。",
        "请先在“结果”里冻结；没有结果的考核工作不归档。",
        "The results are not frozen yet, so the round cannot be archived.",
        "Compute and freeze the results first.",
    ),
    error(
        "K52",
        "方案里没有“{name}”这件事，没有记下。",
        "请从列出的事情里选一件。",
        "The scheme knows nothing called “{name}”; nothing was noted.",
        "Choose one of those listed.",
    ),
)
