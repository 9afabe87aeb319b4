"""Messages about reviews and ballots (K55–K74)."""

from kaocheng.engine.messages.message import Message, error

REVIEWING = (
    error(
        "K55",
        "{place}要填{wanted}。",
        "请改好这一格；不评的就空着。",
        "{place} takes {wanted}.",
        "Mend this cell; leave it empty where there is nothing to say.",
    ),
    error(
        "K56",
        "{place}最多 {most}，现在填了 {found}。",
        "请填不超过满分的数。",
        "{place} takes {most} at most; {found} was entered.",
        "Enter no more than the full mark.",
    ),
    error(
        "K57",
        "{place}最少 {least}，现在填了 {found}。",
        "请改成不小于下限的数。",
        "{place} takes {least} at least; {found} was entered.",
        "Enter no less than the lowest mark.",
    ),
    error(
        "K58",
        "{place}里没有“{found}”这一项。",
        "请从列出的选项里选：{options}。",
        "{place} has no option “{found}”.",
        "Choose one of: {options}.",
    ),
    error(
        "K59",
        "还差 {count} 项没有填，没有提交；填好的已经保存。",
        "第一处是{place}，补齐以后再提交。",
        "{count} cells are still empty; nothing was handed in, what is filled in was kept.",
        "The first one is {place}; fill it in, then hand in again.",
    ),
    error(
        "K60",
        "这份评价现在是“{state}”，不能再改，没有写入。",
        "确实要改的，请组织考核的单位退回后再改。",
        "This review is “{state}” and cannot be changed; nothing was written.",
        "If it has to change, ask the office of the round to return it.",
    ),
    error(
        "K61",
        "还不能评：{reasons}。",
        "前面的事办好后就能评；已经填的会留着。",
        "Not open yet: {reasons}.",
        "It opens once that is done; what was filled in is kept.",
    ),
    error(
        "K62",
        "{who}不能评{subject}：{why}。",
        "请另派一位与对方没有关系的人。",
        "{who} cannot assess {subject}: {why}.",
        "Assign somebody who has no tie to them.",
    ),
    error(
        "K63",
        "名册“{roster}”里没有{who}，写不出评价人。",
        "请先在名册里加上这个人，并与人员对应。",
        "{who} is not listed in “{roster}”, so that the assessor cannot be named.",
        "Add them to that list first, tied to the person.",
    ),
    error(
        "K64",
        "{place}已经有人评过，没有写入。",
        "同一项只评一次；请先看已有的评价，确需重评的由组织考核的单位退回。",
        "{place} has already been assessed; nothing was written.",
        "Each is assessed once; look at what is there, and have it returned if it must be redone.",
    ),
    error(
        "K65",
        "{who}正在填这份评价。",
        "可以接过来填：已填的内容会转到您这里。",
        "{who} is filling in this review.",
        "You may take it over, with what has been filled in.",
    ),
    error(
        "K66",
        "没有指派：{why}。",
        "请改选派法、人数，或先补齐名册和“谁是谁”。",
        "Nobody was assigned: {why}.",
        "Choose another way or number, or complete the lists first.",
    ),
    error(
        "K67",
        "复核、退回和改派要由另一个人办：评价人不复核自己的评价，被评的人不经手对自己的评价。",
        "请换一位同事办理。",
        "Somebody else has to do this: assessors do not check their own, nor anybody what is theirs.",
        "Ask a colleague to do it.",
    ),
)

VOTING = (
    error(
        "K68",
        "您已经投过票，没有再投。",
        "一人一票；投出的票不能改，也查不到是谁投的。",
        "You have already voted; nothing was added.",
        "One vote each; a paper cannot be changed, and nobody can tell whose it is.",
    ),
    error(
        "K69",
        "投票已经结束，没有投出。",
        "结果请看公布的计票单。",
        "The vote is over; nothing was added.",
        "See the published count.",
    ),
    error(
        "K70",
        "没有人可以投票，没有发起。",
        "请选有人在岗的单位，或先在“谁是谁”里写明由谁投票。",
        "There is nobody to vote; nothing was opened.",
        "Choose a unit with people in it, or say first who votes.",
    ),
    error(
        "K71",
        "票数前后矛盾：{more}（{a}）不能大于{less}（{b}）。",
        "请核对票数后再填。",
        "The counts contradict each other: {more} ({a}) cannot exceed {less} ({b}).",
        "Check the counts, then enter them again.",
    ),
    error(
        "K72",
        "赞成 {favour} 票加反对 {against} 票，多于有效票 {valid} 张。",
        "请核对有效票数；弃权的票是有效票，不计入赞成和反对。",
        "{favour} in favour and {against} against are more than {valid} valid papers.",
        "Check the valid papers; abstentions are valid but count for neither.",
    ),
    error(
        "K73",
        "“{title}”现在是“{state}”，不能这样办，没有做任何改动。",
        "请等考核开始，或联系组织考核的单位。",
        "“{title}” is now “{state}”, so this cannot be done; nothing was changed.",
        "Wait until it runs, or ask the office that holds it.",
    ),
    error(
        "K74",
        "“{field}”要填整数，如 30。",
        "没有的填 0。",
        "“{field}” takes a whole number, such as 30.",
        "Enter 0 where there is none.",
    ),
)

REVIEWS: tuple[Message, ...] = (*REVIEWING, *VOTING)
