"""Messages about tasks, notices, collection forms, handovers (W60–W79)."""

from kaocheng.engine.messages.message import error

WORK = (
    error(
        "W60",
        "没有要提醒的人：都已办完，或者今天已经提醒过。",
        "同一件事一天只提醒一次；明天还没办的，可以再提醒。",
        "There is nobody to remind: all is done, or they were reminded today.",
        "A matter is brought up once a day; try again tomorrow for those still missing.",
    ),
    error(
        "W61",
        "所选的范围里没有收文单位，通知没有发出。",
        "请在“发往”里选本单位下面有的单位类别。",
        "No unit lies in the chosen range; the notice was not issued.",
        "Choose a kind of unit that exists below yours.",
    ),
    error(
        "W62",
        "这份通知已经发出，不能再改，没有写入。",
        "内容有误的，请写明原因撤回，再重新发一份。",
        "This notice has been issued and cannot be changed; nothing was written.",
        "If it is wrong, withdraw it with a reason and issue another one.",
    ),
    error(
        "W63",
        "“{field}”还没有填。",
        "请填好这一项，再保存。",
        "“{field}” is empty.",
        "Fill it in, then save again.",
    ),
    error(
        "W64",
        "签收截止 {when} 已经过去。",
        "请改成今天以后的时间，或者不设截止。",
        "The time to sign, {when}, has passed.",
        "Choose a later time, or none.",
    ),
    error(
        "W65",
        "“{field}”最多 {most} 个字，现在有 {count} 个。",
        "请删减后再保存；长的内容可以作为附件。",
        "“{field}” takes {most} characters at most; there are {count}.",
        "Shorten it, then save again; long content may be attached.",
    ),
    error(
        "W66",
        "这份通知已经撤回，不用签收了。",
        "请看撤回原因，等发文单位重新发出。",
        "This notice was withdrawn; it need not be signed.",
        "See the reason, and wait for the new one.",
    ),
    error(
        "W67",
        "本单位已经签收过：{who}，{when}。",
        "一个单位签收一次就够了，不用再签。",
        "Your unit has already signed: {who}, {when}.",
        "One signature per unit is enough.",
    ),
    error(
        "W68",
        "这份通知要由{who}签收。",
        "请转告本单位的{who}登录签收。",
        "This notice has to be signed by: {who}.",
        "Ask them to sign in and sign it.",
    ),
)
