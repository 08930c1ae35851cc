/// What draws the timeline: `CheckPageData` read back, then bars or, where they are too many, counts by pixel.
///
/// The operations of a lane are sorted by invocation, so the number of those in any span of time is the difference of
/// two binary searches: a level of detail for every zoom, without tables of its own.
enum CheckPageScript {
    static let text = "(()=>{'use strict';\n" + reading + lanes + drawing + input + "})();"

    /// Decodes the data.
    private static let reading = #"""
        const $=id=>document.getElementById(id);
        const binary=id=>{const text=$(id).textContent;if(Uint8Array.fromBase64)return Uint8Array.fromBase64(text);
          const raw=atob(text),out=new Uint8Array(raw.length);for(let i=0;i<raw.length;i++)out[i]=raw.charCodeAt(i);return out};
        const words=JSON.parse(new TextDecoder().decode(binary('d-words')));
        const data=binary('d-operations');let at=0;
        const uint=()=>{let value=0,scale=1,byte;do{byte=data[at++];value+=(byte&127)*scale;scale*=128}while(byte>127);return value};
        const int=()=>{const value=uint();return value%2?-(value+1)/2:value/2};
        const n=uint(),start=new Float64Array(n),end=new Float64Array(n),client=new Int32Array(n),key=new Int32Array(n),
          kind=new Uint8Array(n),verb=new Int32Array(n),argument=new Int32Array(n),answer=new Int32Array(n),
          number=new Float64Array(n),reply=new Float64Array(n);
        for(let i=0,t=0;i<n;i++)start[i]=t+=uint();
        for(let i=0;i<n;i++){const d=uint();end[i]=d?start[i]+d-1:Infinity}
        for(let i=0;i<n;i++)client[i]=uint();
        for(let i=0;i<n;i++)key[i]=uint()-1;
        for(let i=0;i<n;i++)kind[i]=uint();
        for(let i=0;i<n;i++)verb[i]=uint()-1;
        for(let i=0,v=0;i<n;i++)argument[i]=(v+=int())-1;
        for(let i=0,v=0;i<n;i++)answer[i]=(v+=int())-1;
        for(let i=0,v=0;i<n;i++)number[i]=v+=int();
        for(let i=0;i<n;i++){const d=int();reply[i]=d?number[i]+d-1:0}
        const stories=words.sentences.map((sentence,i)=>{const rows=Array.from({length:uint()},uint),culprit=uint()-1,
          focus=uint()-1,line=new Int32Array(uint());for(let j=0,v=0;j<line.length;j++)line[j]=v+=int();
          return{sentence,rows,culprit,key:focus,line,note:words.notes[i],set:new Set(rows)}});
        let last=1;for(let i=0;i<n;i++){last=Math.max(last,start[i]);if(end[i]<Infinity)last=Math.max(last,end[i])}
        // An unanswered operation is drawn this long.
        const sample=[];for(let i=0;i<n;i+=1+(n>>12))if(end[i]<Infinity)sample.push(end[i]-start[i]);
        sample.sort((a,b)=>a-b);
        const stub=Math.max(1,sample.length?3*sample[sample.length>>1]:last/50);
        const shown=end.slice(),nextOf=new Float64Array(words.clients.length).fill(Infinity);
        for(let i=n-1;i>=0;i--){if(end[i]==Infinity)shown[i]=Math.max(start[i]+stub/50,Math.min(start[i]+stub,nextOf[client[i]]-1));
          nextOf[client[i]]=start[i]}
        const shownEnd=i=>shown[i];

        """#

    /// Deals the operations out to lanes, and those that overlap in a lane to tracks.
    private static let lanes = #"""
        const trackHeight=17,laneGap=7,maximumTracks=12,block=64;
        function grouping(column,names){const size=new Int32Array(names.length+1);let none=0;
          for(let i=0;i<n;i++)if(column[i]<0)none++;else size[column[i]+1]++;
          for(let i=0;i<names.length;i++)size[i+1]+=size[i];
          const from=size.slice(),rows=new Int32Array(n-none),track=new Uint8Array(n),tracks=new Uint8Array(names.length),
            ends=Array.from({length:names.length},()=>[]),reach=new Float64Array((n>>6)+1);
          for(let i=0;i<n;i++){const lane=column[i];if(lane<0)continue;const place=from[lane]++;rows[place]=i;
            const free=ends[lane],until=shownEnd(i);let t=0;while(t<free.length&&free[t]>=start[i])t++;
            if(t==maximumTracks)t--;free[t]=until;track[i]=t;if(t>=tracks[lane])tracks[lane]=t+1;
            const b=place>>6;if(until>reach[b])reach[b]=until}
          return{names,column,first:size,rows,track,tracks,reach}}
        const groups={client:grouping(client,words.clients),key:words.keys.length?grouping(key,words.keys):null};
        let mode='client',story=0,scroll=0,t0=0,t1=last,picked=-1,order=[],tops=[],total=0,points=[];
        const group=()=>groups[mode];
        // The lanes of the violation come first, then those with most operations of keys, or clients as they are.
        function arrange(){const g=group(),s=stories[story],front=[];
          if(mode=='key'&&s.key>=0)front.push(s.key);
          for(const row of s.rows)if(g.column[row]>=0&&!front.includes(g.column[row]))front.push(g.column[row]);
          const taken=new Set(front),rest=[];for(let i=0;i<g.names.length;i++)
            if(!taken.has(i)&&g.first[i+1]>g.first[i])rest.push(i);
          if(mode=='key')rest.sort((a,b)=>g.first[b+1]-g.first[b]-g.first[a+1]+g.first[a]);
          order=front.concat(rest);tops=new Float64Array(g.names.length).fill(-1);total=0;
          for(const lane of order){tops[lane]=total;total+=g.tracks[lane]*trackHeight+laneGap}
          tops.front=front.length;scroll=0;
          canvas.style.height=Math.max(150,Math.min(520,total+axis+overview+26))+'px';W=0}
        // Instants of the line: each in the middle of where it can be, those that share one spread out.
        function instants(s){const line=s.line,m=line.length,early=new Float64Array(m),late=new Float64Array(m);
          const limit=s.culprit>=0?Math.min(last,end[s.culprit]):last;
          for(let i=0;i<m;i++)early[i]=Math.max(i?early[i-1]:0,start[line[i]]);
          for(let i=m-1;i>=0;i--)late[i]=Math.max(early[i],Math.min(i<m-1?late[i+1]:limit,end[line[i]]));
          const out=new Float64Array(m);for(let i=0;i<m;i++)out[i]=(early[i]+late[i])/2;
          let before=-Infinity;for(let i=0;i<m;){let j=i;const mid=out[i];while(j<m&&out[j]==mid)j++;
            const low=Math.max(early[i],(before+mid)/2),high=Math.min(late[i],j<m?(out[j]+mid)/2:Infinity);
            if(j-i>1)for(let k=i;k<j;k++)out[k]=low+(high-low)*(k-i+1)/(j-i+1);before=mid;i=j}
          return out}
        // The first of rows[from..<to] that is invoked at `time` or later.
        function search(rows,from,to,time){while(from<to){const mid=(from+to)>>1;if(start[rows[mid]]<time)from=mid+1;else to=mid}return from}
        function lower(list,time){let from=0,to=list.length;while(from<to){const mid=(from+to)>>1;if(list[mid]<time)from=mid+1;else to=mid}return from}
        function label(i){const w=[];if(verb[i]>=0)w.push(words.texts[verb[i]]);
          if(words.isCapture&&key[i]>=0)w.push(words.keys[key[i]]);if(argument[i]>=0)w.push(words.texts[argument[i]]);
          if(answer[i]>=0)w.push('→ '+words.texts[answer[i]]);if(end[i]==Infinity)w.push('… no answer');return w.join(' ')}
        function span(ns){const a=Math.abs(ns);for(const[u,s]of[['s',1e9],['ms',1e6],['µs',1e3]])if(a>=s)
          return(ns/s).toFixed(a>=100*s?0:a>=10*s?1:2)+' '+u;return Math.round(ns)+' ns'}
        // A time with as many digits as tell it from one `unit` later.
        function instant(ns,unit){const[u,s]=last>=1e9?['s',1e9]:last>=1e6?['ms',1e6]:['µs',1e3];
          return(ns/s).toFixed(Math.max(0,Math.min(9,Math.ceil(-Math.log10(unit/s)-1e-9))))+' '+u}
        const grouped=x=>Math.round(x).toLocaleString('en-US');

        """#

    /// Draws what is in view.
    private static let drawing = #"""
        const canvas=$('canvas'),pen=canvas.getContext('2d'),dark=matchMedia('(prefers-color-scheme:dark)');
        const left=170,axis=22,overview=26;let W=0,H=0,color={},seen=0,exact=true;
        function colors(){const s=getComputedStyle(document.documentElement);
          for(const c of['op','bad','open','refused','order','other','ink','back','soft','onbad'])color[c]=s.getPropertyValue('--'+c).trim()}
        const x=t=>left+(t-t0)/(t1-t0)*(W-left);
        const laneTop=lane=>axis+overview+tops[lane]-scroll;
        const rowTop=i=>laneTop(group().column[i])+group().track[i]*trackHeight;
        const isFocus=i=>stories[story].key<0||key[i]==stories[story].key||stories[story].set.has(i);
        function size(){const ratio=devicePixelRatio||1;W=canvas.clientWidth;H=canvas.clientHeight;
          canvas.width=W*ratio;canvas.height=H*ratio;pen.setTransform(ratio,0,0,ratio,0,0)}
        function draw(){if(!W)size();const g=group(),s=stories[story];
          pen.fillStyle=color.back;pen.fillRect(0,0,W,H);pen.font='11px ui-monospace,monospace';pen.textBaseline='middle';
          seen=0;exact=true;pen.save();pen.beginPath();pen.rect(0,axis+overview,W,H);pen.clip();
          for(let p=0;p<order.length;p++){const lane=order[p],y=laneTop(lane),h=g.tracks[lane]*trackHeight;
            if(y+h<axis+overview||y>H)continue;
            if(p%2==0){pen.fillStyle=color.soft;pen.fillRect(0,y-laneGap/2,W,h+laneGap)}
            drawLane(g,lane,y,h)}
          for(const i of s.rows)if(inView(i))bar(i);
          if(picked>=0)guides(picked);
          line(s);first(s);names(g);pen.restore();axisAndOverview(s);
          $('view').textContent=`${grouped(seen)} of ${grouped(n)} operations in view, ${span(t1-t0)} of ${span(last)}${exact?'':': counts; zoom in for bars'}`}
        const inView=i=>start[i]<=t1&&shownEnd(i)>=t0&&tops[group().column[i]]>=0;
        function drawLane(g,lane,y,h){const from=g.first[lane],to=g.first[lane+1];
          const low=search(g.rows,from,to,t0),high=search(g.rows,from,to,t1+1);seen+=high-low;
          if(high-low>(W-left)*.8){density(g,low,high,y,h);exact=false;return}
          // What began before and lasts into view, whole blocks at a time.
          for(let i=low-1;i>=from;i--){if(g.reach[i>>6]<t0){i=i&~63;continue}
            if(shownEnd(g.rows[i])>=t0){seen++;if(!stories[story].set.has(g.rows[i]))bar(g.rows[i])}}
          for(let i=low;i<high;i++)if(!stories[story].set.has(g.rows[i]))bar(g.rows[i])}
        function density(g,low,high,y,h){const step=2,columns=Math.ceil((W-left)/step),counts=new Float64Array(columns);
          let top=1,before=low;for(let c=0;c<columns;c++){const next=search(g.rows,before,high,t0+(t1-t0)*(c+1)*step/(W-left));
            counts[c]=next-before;before=next;if(counts[c]>top)top=counts[c]}
          pen.fillStyle=isFocus(g.rows[low])||mode=='client'?color.op:color.other;
          for(let c=0;c<columns;c++)if(counts[c]){const full=.25+.75*Math.log1p(counts[c])/Math.log1p(top);
            pen.fillRect(left+c*step,y+h*(1-full),step,h*full)}}
        function bar(i){const s=stories[story],isBad=s.set.has(i),a=Math.max(left-4,x(start[i])),b=Math.min(W+4,x(shownEnd(i))),
            y=rowTop(i)+1,h=trackHeight-3,w=Math.max(isBad?4:1.5,b-a);
          if(b<left&&!isBad)return;
          pen.fillStyle=isBad?color.bad:isFocus(i)?color.op:color.other;
          if(kind[i]){pen.globalAlpha=.35;pen.fillRect(a,y,w,h);pen.globalAlpha=1;pen.strokeStyle=color.refused;
            pen.setLineDash([3,2]);pen.strokeRect(a+.5,y+.5,w-1,h-1);pen.setLineDash([])}else pen.fillRect(a,y,w,h);
          if(end[i]==Infinity){pen.strokeStyle=color.open;pen.lineWidth=2;pen.setLineDash([4,3]);pen.beginPath();pen.moveTo(b,y);
            pen.lineTo(a,y);pen.lineTo(a,y+h);pen.lineTo(b,y+h);pen.stroke();pen.setLineDash([]);pen.lineWidth=1;
            if(w>6){pen.fillStyle=color.open;pen.fillRect(b-3,y,3,h)}}
          if(i==picked){pen.strokeStyle=color.ink;pen.lineWidth=2;pen.strokeRect(a,y,w,h);pen.lineWidth=1}
          const text=(isBad?s.rows.indexOf(i)+1+': ':'')+label(i);
          if(isBad&&w<30){const wide=pen.measureText(text).width+6,c=b+wide>W?a-wide-2:b+2;pen.fillStyle=color.back;
            pen.globalAlpha=.85;pen.fillRect(c,y,wide,h);pen.globalAlpha=1;pen.fillStyle=color.bad;pen.fillText(text,c+3,y+h/2+.5)}
          else if(w>(isFocus(i)?30:70)){pen.save();pen.beginPath();pen.rect(a,y,w-2,h);pen.clip();pen.fillStyle=isBad?color.onbad:color.ink;
            pen.fillText(text,Math.max(a,left)+4,y+h/2+.5);pen.restore()}}
        function guides(i){pen.strokeStyle=color.ink;pen.setLineDash([2,4]);pen.beginPath();
          for(const t of[start[i],end[i]])if(t<Infinity&&x(t)>=left){pen.moveTo(x(t),0);pen.lineTo(x(t),H)}
          pen.stroke();pen.setLineDash([])}
        function line(s){const from=lower(points,t0),to=lower(points,t1);if(!points.length)return;
          if(to-from>3000){exact=false;return}
          pen.save();pen.beginPath();pen.rect(left,axis+overview,W-left,H);pen.clip();
          pen.strokeStyle=color.order;pen.lineWidth=1.6;pen.beginPath();
          const spot=p=>[x(points[p]),rowTop(s.line[p])+trackHeight-4];
          for(let p=Math.max(0,from-1);p<Math.min(points.length,to+1);p++){const[a,b]=spot(p);pen.lineTo(a,b)}
          pen.stroke();
          if(to-from<400)for(let p=from;p<to;p++){const[a,b]=spot(p);pen.beginPath();pen.arc(a,b,3,0,7);
            pen.fillStyle=color.back;pen.fill();pen.stroke()}
          pen.restore();pen.lineWidth=1}
        function first(s){if(s.culprit<0||end[s.culprit]==Infinity)return;const at=x(end[s.culprit]);
          if(at<left||at>W)return;pen.strokeStyle=color.bad;pen.setLineDash([6,4]);pen.lineWidth=1.5;pen.beginPath();
          pen.moveTo(at,0);pen.lineTo(at,H);pen.stroke();pen.setLineDash([]);pen.lineWidth=1;
          const text='no order explains this answer',w=pen.measureText(text).width+10,
            a=Math.max(left,Math.min(W-w,at-w/2)),b=H-18;
          pen.fillStyle=color.bad;pen.fillRect(a,b,w,16);pen.fillStyle=color.onbad;pen.fillText(text,a+5,b+8.5)}
        function names(g){pen.fillStyle=color.back;pen.globalAlpha=.9;pen.fillRect(0,0,left-2,H);pen.globalAlpha=1;
          for(let p=0;p<order.length;p++){const y=laneTop(order[p]);if(y<-99)continue;if(y>H)break;
            pen.save();pen.beginPath();pen.rect(0,0,left-6,H);pen.clip();
            pen.fillStyle=p<(tops.front||0)&&stories[story].rows.length?color.bad:color.ink;
            pen.fillText(g.names[order[p]],6,y+trackHeight/2);pen.restore()}
          pen.strokeStyle=color.other;pen.beginPath();pen.moveTo(left-1,0);pen.lineTo(left-1,H);pen.stroke()
          if(total>H-axis-overview){const room=H-axis-overview;pen.fillStyle=color.refused;
            pen.fillRect(W-5,axis+overview+room*scroll/total,5,Math.max(12,room*room/total))}}
        let profile=null;
        function axisAndOverview(s){const wide=Math.max(1,Math.floor(W-left));
          if(!profile||profile.length!=wide){profile=new Float64Array(wide);
            for(let i=0;i<n;i++)profile[Math.min(wide-1,Math.floor(start[i]/last*wide))]++}
          pen.fillStyle=color.soft;pen.fillRect(0,0,W,axis+overview-3);
          let top=1;for(const c of profile)if(c>top)top=c;
          pen.fillStyle=color.op;for(let c=0;c<wide;c++)if(profile[c]){const h=(overview-8)*(.2+.8*profile[c]/top);
            pen.fillRect(left+c,overview-5-h,1,h)}
          const mark=t=>left+t/last*wide;
          pen.strokeStyle=color.ink;const from=Math.max(left,mark(t0)),to=Math.min(W-1,mark(t1));pen.strokeRect(from+.5,1.5,Math.max(3,to-from-1),overview-5);
          stories.forEach((other,o)=>{if(!other.rows.length)return;pen.fillStyle=color.bad;
            pen.fillRect(mark(start[other.rows[0]])-1,0,o==story?4:2,overview-3)});
          pen.fillStyle=color.ink;pen.fillText(words.isCapture?'all of the capture':'all of the history',6,overview/2-2);
          let unit=Math.pow(10,Math.floor(Math.log10((t1-t0)/6)));for(const f of[2,5,10])if((t1-t0)/unit>9)unit*=f==2?2:f==5?2.5:2;
          pen.strokeStyle=color.other;for(let t=Math.ceil(t0/unit)*unit;t<=t1;t+=unit){const a=x(t);
            pen.fillStyle=color.ink;pen.fillText(instant(t,unit),a+3,overview+axis/2-2);
            pen.beginPath();pen.moveTo(a,overview);pen.lineTo(a,overview+axis-3);pen.stroke()}}

        """#

    /// Mouse and keyboard.
    private static let input = #"""
        const hint=`Point at an operation for its ${words.isCapture?'packets':'number'} and times; ? lists the keys.`;
        function limit(){if(!W)size();let w=t1-t0;const most=last*1.04+2,least=Math.min(most,20);w=Math.max(least,Math.min(most,w));
          const mid=(t0+t1)/2;t0=mid-w/2;t0=Math.max(-last*.02-1,Math.min(t0,last*1.02+1-w));t1=t0+w;
          scroll=Math.max(0,Math.min(scroll,total-(H-axis-overview-24)))}
        function show(){limit();draw()}
        function zoom(factor,center=(t0+t1)/2){t0=center-(center-t0)/factor;t1=center+(t1-center)/factor;show()}
        function go(s){story=(s+stories.length)%stories.length;const it=stories[story],rows=it.rows;picked=-1;
          points=instants(it);arrange();
          let a=Infinity,b=-Infinity;for(const i of rows){a=Math.min(a,start[i]);b=Math.max(b,shownEnd(i))}
          if(it.culprit>=0){a=Math.min(a,start[it.culprit]);b=Math.max(b,shownEnd(it.culprit))}
          if(a<=b){const pad=Math.max(10,(b-a)*.35);t0=a-pad;t1=b+pad}else{t0=0;t1=last}
          $('which').textContent=`${story+1} of ${stories.length}`;$('steps').hidden=$('shows').hidden=!rows.length;
          $('note').textContent=it.note;$('say').textContent=hint;show()}
        function all(){t0=-last*.02;t1=last*1.02;show()}
        function toggle(){if(!groups.key)return;mode=mode=='client'?'key':'client';
          $('mode').textContent=mode=='client'?'key':'client';arrange();show()}
        function describe(i){const w=[words.clients[client[i]],label(i)];
          if(kind[i]==1)w.push('refused');
          if(!words.isCapture&&words.keys.length>1)w.push(words.keys[key[i]]);
          w.push(words.isCapture?(kind[i]==2||!reply[i]?`packet ${number[i]}`:`packets ${number[i]} → ${reply[i]}`):`operation ${number[i]}`);
          w.push(`invoked ${instant(start[i],1)}`+(end[i]<Infinity?`, took ${span(end[i]-start[i])}`:', never answered'));
          const place=stories[story].line.indexOf(i);if(place>=0)w.push(`${grouped(place+1)} in the order`);
          return w.join(' · ')}
        function hit(px,py){const g=group(),y=py-axis-overview+scroll;let lane=-1;
          for(const l of order)if(y>=tops[l]&&y<tops[l]+g.tracks[l]*trackHeight){lane=l;break}
          if(lane<0||px<left)return-1;
          const track=Math.floor((y-tops[lane])/trackHeight),t=t0+(px-left)/(W-left)*(t1-t0),slack=4/(W-left)*(t1-t0);
          const from=g.first[lane],to=search(g.rows,from,g.first[lane+1],t+slack);let best=-1;
          for(let p=to-1;p>=Math.max(from,to-4096);p--){const i=g.rows[p];
            if(g.track[i]==track&&shownEnd(i)>=t-slack){if(stories[story].set.has(i))return i;if(best<0)best=i}}
          return best}
        let drag=null;
        canvas.onmousedown=e=>{drag={x:e.offsetX,y:e.offsetY,t0,t1,scroll,moved:false,over:e.offsetY<overview}};
        canvas.onmousemove=e=>{if(drag&&e.buttons){if(Math.abs(e.offsetX-drag.x)+Math.abs(e.offsetY-drag.y)>3)drag.moved=true;
            if(drag.over){const mid=(e.offsetX-left)/(W-left)*last,w=drag.t1-drag.t0;t0=mid-w/2;t1=t0+w}
            else{const d=(e.offsetX-drag.x)/(W-left)*(drag.t1-drag.t0);t0=drag.t0-d;t1=drag.t1-d;scroll=drag.scroll-(e.offsetY-drag.y)}
            show();return}
          const i=hit(e.offsetX,e.offsetY);canvas.style.cursor=i<0?'grab':'pointer';
          if(picked<0)$('say').textContent=i<0?hint:describe(i)};
        onmouseup=()=>{if(!drag)return;const d=drag;drag=null;if(d.moved)return;
          if(d.over){const mid=(d.x-left)/(W-left)*last,w=t1-t0;t0=mid-w/2;t1=t0+w}
          else{picked=hit(d.x,d.y);if(picked>=0)$('say').textContent=describe(picked)}show()};
        canvas.addEventListener('wheel',e=>{e.preventDefault();if(e.shiftKey){scroll+=e.deltaY||e.deltaX;show();return}
          const t=t0+(Math.max(left,e.offsetX)-left)/(W-left)*(t1-t0);zoom(e.deltaY<0?1.3:1/1.3,t)},{passive:false});
        const pan=d=>{const w=(t1-t0)*d;t0+=w;t1+=w;show()};
        const keys={n:()=>go(story+1),p:()=>go(story-1),k:toggle,0:all,'+':()=>zoom(1.6),'=':()=>zoom(1.6),'-':()=>zoom(1/1.6),
          ArrowLeft:()=>pan(-.2),ArrowRight:()=>pan(.2),ArrowUp:()=>{scroll-=40;show()},ArrowDown:()=>{scroll+=40;show()},
          '?':()=>{$('keys').hidden=!$('keys').hidden},Escape:()=>{picked=-1;show()}};
        addEventListener('keydown',e=>{if(e.ctrlKey||e.metaKey||e.altKey||!keys[e.key])return;e.preventDefault();keys[e.key]()});
        $('tools').onclick=e=>{const b=e.target.closest('button');if(b)keys[b.dataset.key]();b?.blur()};
        addEventListener('resize',()=>{W=0;show()});dark.addEventListener('change',()=>{colors();show()});
        if(n){$('timeline').hidden=false;colors();size();go(0)}

        """#
}
