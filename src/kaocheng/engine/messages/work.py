"""Messages about tasks, notices, collection forms, handovers (W60–W79)."""

from kaocheng.engine.messages.message import Message, error

TASKS_AND_NOTICES = (
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
    error(
        "W69",
        "群机器人的地址不对，应以 {where} 开头，没有保存。",
        "请在群设置里新建自定义机器人，复制它给出的完整地址。",
        "The address of the group robot must begin with {where}; it was not kept.",
        "Add a custom robot in the settings of the group and copy the whole address.",
    ),
)

COLLECTING_AND_HANDING_OVER = (
    error(
        "W70",
        "“{field}”要填{wanted}。",
        "请改好这一格；没有数据就空着，不要写“无”。",
        "“{field}” takes {wanted}.",
        "Mend this cell; leave it empty where there is no value, rather than writing “none”.",
    ),
    error(
        "W71",
        "“{field}”还没有填。",
        "请填写这一格。",
        "“{field}” is still empty.",
        "Fill in this cell.",
    ),
    error(
        "W72",
        "“{field}”最多 {most} 个字，现在有 {count} 个。",
        "请缩短这一格的内容。",
        "“{field}” takes {most} characters at most; there are {count}.",
        "Shorten what stands in this cell.",
    ),
    error(
        "W73",
        "“{title}”现在是“{state}”，不能这样办，没有做任何改动。",
        "请刷新页面看最新情况；确实要改，请联系发表单位。",
        "“{title}” is now “{state}”, so this cannot be done; nothing was changed.",
        "Reload the page; if it has to change, ask the unit that sent the form.",
    ),
    error(
        "W74",
        "还不能提交：有 {count} 处没有填好，第一处在第 {row} 行“{field}”。",
        "请按页面上标出的地方补好，再提交一次。",
        "This cannot be handed in yet: {count} cells are not right, the first in row {row}, “{field}”.",
        "Mend the cells that are marked on the page, then hand it in again.",
    ),
    error(
        "W75",
        "还不能提交：{names} 还没有交。",
        "请催办，或者把分出去的部分收回来自己填。",
        "This cannot be handed in yet: {names} are still to come.",
        "Remind them, or take their part back and fill it in yourself.",
    ),
    error(
        "W76",
        "收集表还不能这样保存或发出：{what}。",
        "请改好后再试；已填的内容都在。",
        "The form cannot be saved or sent like this: {what}.",
        "Mend it and try again; what you typed is still there.",
    ),
    error(
        "W77",
        "您现在的任职不能收集个人信息，“{field}”不能勾选“个人信息”，也不能用电话号码。",
        "确有需要，请由本单位负责人或信息员发这张表。",
        "Your present appointment may not ask for personal data, as “{field}” does.",
        "If it is needed, let the head or the information officer of your unit send this form.",
    ),
    error(
        "W78",
        "第 {row} 行有 {cells} 格，收集表只有 {fields} 个字段，没有写入。",
        "请核对复制的范围，或者把字段名称一起复制，系统按名称对应。",
        "Row {row} has {cells} cells, the form has {fields} fields; nothing was written.",
        "Check what you copied, or copy the headings too, so that columns are found by name.",
    ),
    error(
        "W79",
        "这份交接现在是“{state}”，不能这样办，没有做任何改动。",
        "请刷新页面看最新情况；需要重新交接，请另建一份。",
        "This handover is now “{state}”, so this cannot be done; nothing was changed.",
        "Reload the page; to hand over anew, begin another one.",
    ),
)

WORK: tuple[Message, ...] = (*TASKS_AND_NOTICES, *COLLECTING_AND_HANDING_OVER)
