"""Messages about results and what follows from them (K75–K99)."""

from kaocheng.engine.messages.message import Message, error

RESULTS: tuple[Message, ...] = (
    error(
        "K75",
        "结果已经冻结，不能再冻结一次。",
        "要改的，先写明理由重新打开，再重新冻结。",
        "The results are frozen already.",
        "Reopen them with a reason first, then freeze anew.",
    ),
    error(
        "K76",
        "有 {count} 条记录有误，结果算不出来：{first}",
        "请在台账里更正这些记录，再来一次。",
        "{count} entries are at fault, so that nothing can be computed: {first}",
        "Correct these entries, then try again.",
    ),
    error(
        "K77",
        "有 {count} 个对象还缺数据：{names}。没有冻结。",
        "请补齐数据；确实补不了的，写明理由后仍然冻结。",
        "{count} subjects still lack data: {names}. Nothing was frozen.",
        "Bring what is missing, or give a reason and freeze anyway.",
    ),
    error(
        "K78",
        "“{field}”还没有填。",
        "请写明理由，所有人都看得到。",
        "“{field}” is empty.",
        "Give a reason; everybody concerned can read it.",
    ),
    error(
        "K79",
        "“{field}”最多 {most} 个字，现在有 {count} 个。",
        "请删减后再提交。",
        "“{field}” takes {most} characters at most; there are {count}.",
        "Shorten it, then send again.",
    ),
    error(
        "K80",
        "这份结果已经签字确认过：{who}，{when}。",
        "签一次就够了；有不同意见的，请在公示期内提出疑问。",
        "This result was acknowledged already: {who}, {when}.",
        "Once is enough; questions are asked while the results are on public notice.",
    ),
    error(
        "K81",
        "结果已经重新打开，不能签字确认。",
        "请等重新冻结以后再签。",
        "The results were reopened and cannot be acknowledged.",
        "Wait until they are frozen anew.",
    ),
    error(
        "K82",
        "冻结以后结果又变了，没有提出处理建议。",
        "请先看变动，重新打开并重新冻结，再提出。",
        "The results have changed since they were frozen; nothing was proposed.",
        "Look at the changes, reopen and freeze anew, then propose.",
    ),
    error(
        "K83",
        "结果还没有冻结，不能提出处理建议。",
        "请先冻结结果。",
        "The results are not frozen, so nothing can be proposed.",
        "Freeze the results first.",
    ),
    error(
        "K84",
        "这条处理已经定过：{state}。",
        "定过的不能再改；有误的，请按申诉的办法处理。",
        "This has been decided already: {state}.",
        "A decision stands; mistakes are mended by way of an appeal.",
    ),
    error(
        "K85",
        "这条处理由{who}确认，不归现在的身份决定。",
        "请由方案指定的人来定。",
        "This is for {who} to confirm.",
        "Let whoever the scheme names decide.",
    ),
    error(
        "K86",
        "结束日期 {ends} 早于开始日期 {starts}。",
        "请改好起止日期，再提交。",
        "The end {ends} lies before the start {starts}.",
        "Correct the dates, then send again.",
    ),
    error(
        "K88",
        "还没有人在这项考核的名册上，没有结果可冻结。",
        "请先在名册里加上考核对象。",
        "Nobody is on the roster yet; there is nothing to freeze.",
        "Fill the roster first.",
    ),
)
